package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClEvent;
import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A marker in a queue that takes times, as often as it is recorded a new one. */
final class OpenClEvent implements DeviceEvent {
    private static final long NONE = 0;

    private final OpenClContext context;
    private final Arena arena = Arena.ofShared();
    /** Holds the marker, and so is the list of what to wait for too. */
    private final MemorySegment slot = ClEvent.allocateSlot(arena);
    private final MemorySegment scratch = arena.allocate(Long.BYTES, Long.BYTES);
    private boolean closed;

    OpenClEvent(OpenClContext context) {
        this.context = context;
    }

    @Override
    public void record(DeviceStream stream) {
        long before = ClEvent.in(slot);
        ClQueue.enqueueMarker(((OpenClStream) stream).queue(), ClEvent.NONE, slot);
        if (before != NONE) {
            ClEvent.release(before);
        }
    }

    private long marker() {
        long marker = ClEvent.in(slot);
        if (marker == NONE) {
            throw new IllegalStateException(
                    "an event of " + context.space() + " was asked for its time, but it was not recorded:"
                            + " record it in a stream first");
        }
        return marker;
    }

    @Override
    public void synchronize() {
        marker();
        try {
            ClEvent.await(slot);
        } catch (OpenClException e) {
            throw context.failure(e);
        }
    }

    private boolean hasHappened(long marker) {
        return ClEvent.status(marker, scratch) == ClEvent.CL_COMPLETE;
    }

    @Override
    public double nanosSince(DeviceEvent earlier) {
        OpenClEvent start = (OpenClEvent) earlier;
        long first = start.marker();
        long last = marker();
        if (!hasHappened(first) || !hasHappened(last)) {
            throw new IllegalStateException(
                    "the time between two events of " + context.space() + " was asked for before both have"
                            + " happened: synchronize with the later one first");
        }
        return endNanos() - start.endNanos();
    }

    private long endNanos() {
        try {
            return ClEvent.profilingNanos(marker(), ClEvent.CL_PROFILING_COMMAND_END, scratch);
        } catch (OpenClException e) {
            throw new IllegalStateException("an event of " + context.space() + " was asked for its time, but "
                    + e.getMessage() + ": create the queue that it was recorded in with CL_QUEUE_PROFILING_ENABLE", e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            long marker = ClEvent.in(slot);
            arena.close();
            if (marker != NONE) {
                ClEvent.release(marker);
            }
        }
    }
}
