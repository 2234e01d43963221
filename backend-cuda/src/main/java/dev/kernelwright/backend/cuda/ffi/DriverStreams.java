package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.DriverFunction.EVENT_ELAPSED_TIME;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.EVENT_QUERY;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.EVENT_RECORD;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.EVENT_SYNCHRONIZE;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.STREAM_QUERY;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.STREAM_SYNCHRONIZE;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.STREAM_WAIT_EVENT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Streams and events. Part of {@link CudaDriver}.
 *
 * <p>Recording, waiting and asking allocate nothing on the Java heap.
 */
public final class DriverStreams {
    private static final MethodHandle SYNCHRONIZE = STREAM_SYNCHRONIZE.downcall();
    private static final MethodHandle QUERY = STREAM_QUERY.downcall();
    private static final MethodHandle WAIT_EVENT = STREAM_WAIT_EVENT.downcall();
    private static final MethodHandle RECORD = EVENT_RECORD.downcall();
    private static final MethodHandle SYNCHRONIZE_EVENT = EVENT_SYNCHRONIZE.downcall();
    private static final MethodHandle QUERY_EVENT = EVENT_QUERY.downcall();
    private static final MethodHandle ELAPSED = EVENT_ELAPSED_TIME.downcall();

    private final DriverCalls calls;
    private final MemorySegment synchronize;
    private final MemorySegment query;
    private final MemorySegment waitEvent;
    private final MemorySegment recordEvent;
    private final MemorySegment synchronizeEvent;
    private final MemorySegment queryEvent;
    private final MemorySegment elapsed;

    DriverStreams(DriverCalls calls) {
        this.calls = calls;
        this.synchronize = calls.address(STREAM_SYNCHRONIZE);
        this.query = calls.address(STREAM_QUERY);
        this.waitEvent = calls.address(STREAM_WAIT_EVENT);
        this.recordEvent = calls.address(EVENT_RECORD);
        this.synchronizeEvent = calls.address(EVENT_SYNCHRONIZE);
        this.queryEvent = calls.address(EVENT_QUERY);
        this.elapsed = calls.address(EVENT_ELAPSED_TIME);
    }

    /** Returns a new stream; {@code flags} are 0 or {@link CudaConstants#CU_STREAM_NON_BLOCKING}. */
    public long create(int flags) {
        return calls.getLong(DriverFunction.STREAM_CREATE, flags);
    }

    /** Gives a stream back; what is queued in it still runs. */
    public void destroy(long stream) {
        calls.call(DriverFunction.STREAM_DESTROY, stream);
    }

    /** Waits until everything queued so far has ended; throws what failed in it. */
    public void synchronize(long stream) {
        int status;
        try {
            status = (int) SYNCHRONIZE.invokeExact(synchronize, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(STREAM_SYNCHRONIZE, status);
    }

    /** Returns whether everything queued so far has ended; throws what failed in it. */
    public boolean isDone(long stream) {
        int status;
        try {
            status = (int) QUERY.invokeExact(query, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        return isDone(STREAM_QUERY, status);
    }

    /** Lets what is queued in a stream from now on wait for an event. */
    public void waitFor(long stream, long event) {
        int status;
        try {
            status = (int) WAIT_EVENT.invokeExact(waitEvent, stream, event, 0);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(STREAM_WAIT_EVENT, status);
    }

    /** Returns a new event; {@code flags} are 0 or {@link CudaConstants#CU_EVENT_DISABLE_TIMING}. */
    public long createEvent(int flags) {
        return calls.getLong(DriverFunction.EVENT_CREATE, flags);
    }

    /** Gives an event back. */
    public void destroyEvent(long event) {
        calls.call(DriverFunction.EVENT_DESTROY, event);
    }

    /** Lets an event happen when everything queued in a stream so far has ended. */
    public void record(long event, long stream) {
        int status;
        try {
            status = (int) RECORD.invokeExact(recordEvent, event, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(EVENT_RECORD, status);
    }

    /** Waits for an event. */
    public void synchronizeEvent(long event) {
        int status;
        try {
            status = (int) SYNCHRONIZE_EVENT.invokeExact(synchronizeEvent, event);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(EVENT_SYNCHRONIZE, status);
    }

    /** Returns whether an event has happened. */
    public boolean isEventDone(long event) {
        int status;
        try {
            status = (int) QUERY_EVENT.invokeExact(queryEvent, event);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        return isDone(EVENT_QUERY, status);
    }

    /** Returns the time between two events that have happened, with a resolution of about half a microsecond. */
    public float elapsedMillis(long start, long end) {
        try (Arena arena = Arena.ofConfined()) {
            return elapsedMillis(start, end, arena.allocate(ValueLayout.JAVA_FLOAT));
        }
    }

    /** Returns the time between two events, which the driver writes to memory of four bytes. Allocates nothing. */
    public float elapsedMillis(long start, long end, MemorySegment millis) {
        int status;
        try {
            status = (int) ELAPSED.invokeExact(elapsed, millis, start, end);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(EVENT_ELAPSED_TIME, status);
        return millis.get(ValueLayout.JAVA_FLOAT, 0);
    }

    private boolean isDone(DriverFunction function, int status) {
        if (status == CudaConstants.CUDA_ERROR_NOT_READY) {
            return false;
        }
        calls.check(function, status);
        return true;
    }
}
