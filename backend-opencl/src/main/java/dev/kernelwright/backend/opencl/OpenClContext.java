package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClContext;
import dev.kernelwright.backend.opencl.ffi.ClEvent;
import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.backend.opencl.ffi.ClSvm;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/** A device's context: its shared virtual memory, which the device alone works on, and its queues. */
final class OpenClContext implements DeviceHeap.Allocator, AutoCloseable {
    /** The largest that OpenCL has for a type of its own, and a multiple of what tensors are promised. */
    private static final int ALIGNMENT_BYTES = 128;

    private final OpenClDevice device;
    private final MemorySpace space;
    private final long handle;
    private final DeviceHeap heap;
    /** Guarded by this, as is {@code closed}. */
    private final Set<Long> queues = new HashSet<>();
    private boolean closed;

    OpenClContext(OpenClDevice device, String name) {
        this.device = device;
        this.space = new MemorySpace(name);
        this.handle = ClContext.create(device.platform(), device.id());
        this.heap = new DeviceHeap(space, this, ALIGNMENT_BYTES, device.maxAllocationBytes(),
                device.globalBytes());
    }

    MemorySpace space() {
        return space;
    }

    long handle() {
        return handle;
    }

    DeviceHeap heap() {
        return heap;
    }

    @Override
    public long allocate(long bytes) {
        return ClSvm.alloc(handle, ClMemory.CL_MEM_READ_WRITE, bytes, ALIGNMENT_BYTES).address();
    }

    @Override
    public void clear(long address, long bytes) {
        long queue = newQueue();
        try (Arena arena = Arena.ofConfined()) {
            ClSvm.enqueueFill(queue, memory(address, bytes), arena.allocate(1), ClEvent.NONE, ClEvent.NONE);
        } finally {
            release(queue);
        }
    }

    @Override
    public synchronized void settle() {
        queues.forEach(ClQueue::finish);
    }

    @Override
    public void free(long address, long bytes) {
        ClSvm.free(handle, memory(address, bytes));
    }

    /** Returns the memory of a tensor of this context. */
    MemorySegment memory(Tensor tensor) {
        return memory(DeviceHeap.address(tensor), tensor.byteSize());
    }

    @SuppressWarnings("restricted") // a part of what was allocated, handed to OpenCL and never read here
    private static MemorySegment memory(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    /** Creates a queue whose commands run one after the other. */
    synchronized long newQueue() {
        if (closed) {
            throw new IllegalStateException("the device " + space + " was used after it was closed: open it again");
        }
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

    @Override
    public void close() {
        heap.close();
        synchronized (this) {
            if (!closed) {
                closed = true;
                Set.copyOf(queues).forEach(this::release);
                ClContext.release(handle);
            }
        }
    }
}
