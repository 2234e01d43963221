package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** An event of the driver's that takes the time. */
final class CudaEvent implements DeviceEvent {
    private static final double NANOS_PER_MILLI = 1e6;

    private final CudaContext context;
    private final long handle;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment millis = arena.allocate(ValueLayout.JAVA_FLOAT);
    private boolean recorded;
    private boolean closed;

    CudaEvent(CudaContext context) {
        this.context = context;
        this.handle = context.enter().streams().createEvent(0);
    }

    @Override
    public void record(DeviceStream stream) {
        context.enter().streams().record(handle, ((CudaStream) stream).handle());
        recorded = true;
    }

    @Override
    public void synchronize() {
        requireRecorded();
        context.enter().streams().synchronizeEvent(handle);
    }

    private void requireRecorded() {
        if (!recorded) {
            throw new IllegalStateException("an event of " + context.space() + " was asked for its time, but it was not"
                    + " recorded: record it in a stream first");
        }
    }

    private boolean isDone() {
        requireRecorded();
        return context.enter().streams().isEventDone(handle);
    }

    @Override
    public double nanosSince(DeviceEvent earlier) {
        CudaEvent start = (CudaEvent) earlier;
        if (!start.isDone() || !isDone()) {
            throw new IllegalStateException(
                    "the time between two events of " + context.space() + " was asked for before"
                            + " both have happened: synchronize with the later one first");
        }
        return NANOS_PER_MILLI * context.enter().streams().elapsedMillis(start.handle, handle, millis);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
            context.enter().streams().destroyEvent(handle);
        }
    }
}
