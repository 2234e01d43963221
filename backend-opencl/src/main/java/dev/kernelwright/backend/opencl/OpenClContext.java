package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClContext;
import dev.kernelwright.backend.opencl.ffi.ClEvent;
import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.backend.opencl.ffi.ClSvm;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/**
 * A device's context: its memory and its queues.
 *
 * <p>Memory is freed when its arena is closed or, at the latest, with the context. Freeing waits for every queue, since
 * what is queued may still use it.
 */
final class OpenClContext implements AutoCloseable {
    /** The largest that OpenCL has for a type of its own, and a multiple of what tensors are promised. */
    private static final int ALIGNMENT_BYTES = 128;

    private final OpenClDevice device;
    private final MemorySpace space;
    private final long handle;
    /** Guarded by this, as are the queues and {@code closed}. */
    private final Set<Region> regions = new HashSet<>();
    private final Set<Long> queues = new HashSet<>();
    private boolean closed;

    OpenClContext(OpenClDevice device, String name) {
        this.device = device;
        this.space = new MemorySpace(name);
        this.handle = ClContext.create(device.platform(), device.id());
    }

    OpenClDevice device() {
        return device;
    }

    MemorySpace space() {
        return space;
    }

    long handle() {
        return handle;
    }

    /** A region of shared virtual memory, which the device alone works on. */
    private final class Region implements DeviceMemory {
        private final MemorySegment memory;
        private volatile boolean freed;

        Region(MemorySegment memory) {
            this.memory = memory;
        }

        @Override
        public MemorySpace space() {
            return space;
        }

        @Override
        public long handle() {
            return memory.address();
        }

        @Override
        public long byteSize() {
            return memory.byteSize();
        }

        @Override
        public boolean isAlive() {
            return !freed;
        }
    }

    /** Allocates zeroed memory for a tensor. */
    Tensor allocate(Arena arena, DType dtype, long... shape) {
        long bytes = Math.max(ALIGNMENT_BYTES, Tensor.byteSize(dtype, shape));
        if (bytes > device.maxAllocationBytes()) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes was asked for on " + space
                    + ", which allocates at most " + device.maxAllocationBytes() + " at once: use several");
        }
        Region region = newRegion(bytes);
        boolean done = false;
        try {
            zero(region.memory);
            onClose(arena, region);
            done = true;
        } finally {
            if (!done) {
                free(region);
            }
        }
        return Tensor.over(region, 0, dtype, shape);
    }

    private synchronized Region newRegion(long bytes) {
        requireOpen();
        Region region = new Region(ClSvm.alloc(handle, ClMemory.CL_MEM_READ_WRITE, bytes, ALIGNMENT_BYTES));
        regions.add(region);
        return region;
    }

    private void zero(MemorySegment memory) {
        long queue = newQueue();
        try (Arena arena = Arena.ofConfined()) {
            ClSvm.enqueueFill(queue, memory, arena.allocate(1), ClEvent.NONE, ClEvent.NONE);
            ClQueue.finish(queue);
        } finally {
            release(queue);
        }
    }

    @SuppressWarnings("restricted") // a segment of no bytes: all that is wanted is the end of the arena's life
    private void onClose(Arena arena, Region region) {
        MemorySegment.ofAddress(region.handle()).reinterpret(0, arena, ignored -> free(region));
    }

    private synchronized void free(Region region) {
        region.freed = true;
        if (regions.remove(region)) {
            queues.forEach(ClQueue::finish);
            ClSvm.free(handle, region.memory);
        }
    }

    /** Returns the memory of a tensor of this context. */
    MemorySegment memory(Tensor tensor) {
        return ((Region) tensor.memory()).memory.asSlice(tensor.offsetBytes(), tensor.byteSize());
    }

    /** Creates a queue whose commands run one after the other. */
    synchronized long newQueue() {
        requireOpen();
        long queue = ClQueue.create(handle, device.id(), 0);
        queues.add(queue);
        return queue;
    }

    /** Waits for a queue and gives it back. */
    synchronized void release(long queue) {
        if (queues.remove(queue)) {
            try {
                ClQueue.finish(queue);
            } finally {
                ClQueue.release(queue);
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the device " + space + " was used after it was closed: open it again");
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Set.copyOf(queues).forEach(this::release);
        Set.copyOf(regions).forEach(this::free);
        ClContext.release(handle);
    }
}
