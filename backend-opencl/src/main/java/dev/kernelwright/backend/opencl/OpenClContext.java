package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClContext;
import dev.kernelwright.backend.opencl.ffi.ClEvent;
import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.backend.opencl.ffi.ClSvm;
import dev.kernelwright.backend.opencl.ffi.OpenClException;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A device's context, of its own or the application's: its shared virtual memory, which the device alone works on, its
 * queues, and what moves bytes in it.
 */
final class OpenClContext implements DeviceHeap.Allocator, AutoCloseable {
    /** The largest that OpenCL has for a type of its own, and a multiple of what tensors are promised. */
    private static final int ALIGNMENT_BYTES = 128;

    private final OpenClDevice device;
    private final MemorySpace space;
    private final long handle;
    private final DeviceHeap heap;
    /** One reference to a queue each: the application's are in it as often as they were wrapped. Guarded by this. */
    private final List<Long> queues = new ArrayList<>();
    /** Guarded by this. */
    private boolean closed;

    /**
     * Opens a context.
     *
     * @param shared the application's; empty for one of its own
     * @throws IllegalArgumentException if the application's does not have the device
     */
    OpenClContext(OpenClDevice device, String name, OptionalLong shared) {
        this.device = device;
        this.space = new MemorySpace(name);
        this.handle = shared.isPresent()
                ? retained(device, shared.getAsLong())
                : ClContext.create(device.platform(), device.id());
        this.heap = new DeviceHeap(space, this, ALIGNMENT_BYTES, device.maxAllocationBytes(),
                device.globalBytes());
    }

    private static long retained(OpenClDevice device, long context) {
        long[] devices = ClContext.info(context, ClContext.CL_CONTEXT_DEVICES).numbers();
        if (Arrays.stream(devices).noneMatch(id -> id == device.id())) {
            throw new IllegalArgumentException("the device " + device.name() + " was to be opened in a context of the"
                    + " application's, which has " + devices.length + " others: create the context with this device");
        }
        ClContext.retain(context);
        return context;
    }

    MemorySpace space() {
        return space;
    }

    long handle() {
        return handle;
    }

    OpenClDevice device() {
        return device;
    }

    DeviceHeap heap() {
        return heap;
    }

    @Override
    public long allocate(long bytes) {
        return device.hasSharedMemory()
                ? ClSvm.alloc(handle, ClMemory.CL_MEM_READ_WRITE, bytes, ALIGNMENT_BYTES).address()
                : ClMemory.create(handle, ClMemory.CL_MEM_READ_WRITE, bytes);
    }

    @Override
    public void clear(long address, long bytes) {
        long queue = newQueue();
        try (Arena arena = Arena.ofConfined()) {
            if (device.hasSharedMemory()) {
                ClSvm.enqueueFill(queue, memory(address, bytes), arena.allocate(1), ClEvent.NONE, ClEvent.NONE);
            } else {
                ClMemory.enqueueFill(queue, address, arena.allocate(1), 0, bytes, ClEvent.NONE, ClEvent.NONE);
            }
        } finally {
            release(queue);
        }
    }

    @Override
    public synchronized void settle() {
        queues.forEach(this::finish);
    }

    /** Waits until what is queued is complete. */
    void finish(long queue) {
        try {
            ClQueue.finish(queue);
        } catch (OpenClException e) {
            throw failure(e);
        }
    }

    /** Returns what to throw when the device fails at what it was given, after which OpenCL promises nothing of it. */
    RuntimeException failure(OpenClException e) {
        return e.saysDeviceFailed()
                ? new IllegalStateException("work was queued on " + space + ", but the device failed or is lost ("
                        + e.getMessage() + "), and the results of what was queued cannot be trusted: close the runtime"
                        + " and build another, or use another device", e)
                : e;
    }

    @Override
    public void free(long address, long bytes) {
        if (device.hasSharedMemory()) {
            ClSvm.free(handle, memory(address, bytes));
        } else {
            ClMemory.release(address);
        }
    }

    /**
     * Allocates memory of the host which the driver has pinned, and which lives as long as an arena: this may be longer
     * than the backend, so it holds the context.
     */
    @SuppressWarnings("restricted") // the memory ends with the arena, and is as large as was mapped
    MemorySegment allocatePinned(Arena arena, long bytes) {
        requireOpen();
        ClContext.retain(handle);
        long buffer = 0;
        try {
            buffer = ClMemory.create(handle, ClMemory.CL_MEM_READ_WRITE | ClMemory.CL_MEM_ALLOC_HOST_PTR, bytes);
            MemorySegment mapped = map(buffer, bytes);
            mapped.fill((byte) 0);
            long owner = buffer;
            return mapped.reinterpret(arena, pinned -> freePinned(owner, pinned));
        } catch (RuntimeException e) {
            if (buffer != 0) {
                ClMemory.release(buffer);
            }
            ClContext.release(handle);
            throw e;
        }
    }

    private MemorySegment map(long buffer, long bytes) {
        long queue = ClQueue.create(handle, device.id(), 0);
        try {
            return ClMemory.enqueueMap(queue, buffer, true, ClMemory.CL_MAP_READ | ClMemory.CL_MAP_WRITE, 0, bytes,
                    ClEvent.NONE, ClEvent.NONE);
        } finally {
            ClQueue.release(queue);
        }
    }

    /** Copies may be queued that read or write it. */
    private void freePinned(long buffer, MemorySegment pinned) {
        settle();
        long queue = ClQueue.create(handle, device.id(), 0);
        ClMemory.enqueueUnmap(queue, buffer, pinned, ClEvent.NONE, ClEvent.NONE);
        ClQueue.finish(queue);
        ClQueue.release(queue);
        ClMemory.release(buffer);
        ClContext.release(handle);
    }

    /** Takes a buffer that the application owns. */
    WrappedBuffer wrap(long buffer, long bytes) {
        if (buffer == 0) {
            throw new IllegalArgumentException("the cl_mem 0 was given to " + space + ": give one that was created");
        }
        requireSameContext("cl_mem", ClMemory.info(buffer, ClMemory.CL_MEM_CONTEXT).number());
        long found = ClMemory.info(buffer, ClMemory.CL_MEM_SIZE).number();
        if (bytes > found) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes was to be in a cl_mem on " + space
                    + ", but that has " + found + ": give a larger one");
        }
        return new WrappedBuffer(space, buffer, bytes, device.baseAlignmentBytes());
    }

    /** Returns the buffer that a tensor is in; null if it is on the host or in shared virtual memory. */
    @Nullable WrappedBuffer buffer(Tensor tensor) {
        if (isOnHost(tensor)) {
            return null;
        }
        DeviceMemory memory = tensor.memory();
        if (memory instanceof WrappedBuffer buffer) {
            return buffer;
        }
        return device.hasSharedMemory()
                ? null
                : new WrappedBuffer(space, memory.handle(), memory.byteSize(), device.baseAlignmentBytes());
    }

    private void requireSameContext(String what, long context) {
        if (context != handle) {
            throw new IllegalArgumentException("a " + what + " of another context was given to " + space
                    + ", whose kernels cannot use it: name the application's context when the runtime is built");
        }
    }

    /**
     * Copies elements in the order of a queue. OpenCL takes shared memory and the host's alike, but from a buffer to shared
     * memory there is a way only by a buffer that lies over that.
     */
    void copy(long queue, Tensor from, Tensor to) {
        try {
            enqueueCopy(queue, from, to);
        } catch (OpenClException e) {
            throw failure(e);
        }
    }

    private static boolean isOnHost(Tensor tensor) {
        return tensor.space() == MemorySpace.HOST;
    }

    private void enqueueCopy(long queue, Tensor from, Tensor to) {
        WrappedBuffer source = buffer(from);
        WrappedBuffer target = buffer(to);
        if (source == null && target == null) {
            ClSvm.enqueueCopy(queue, false, memory(to), memory(from), ClEvent.NONE, ClEvent.NONE);
        } else if (source != null && isOnHost(to)) {
            ClMemory.enqueueRead(queue, source.handle(), false, from.offsetBytes(), to.segment(), ClEvent.NONE,
                    ClEvent.NONE);
        } else if (target != null && isOnHost(from)) {
            ClMemory.enqueueWrite(queue, target.handle(), false, to.offsetBytes(), from.segment(), ClEvent.NONE,
                    ClEvent.NONE);
        } else {
            copyBuffers(queue, source, from, target, to);
        }
    }

    private void copyBuffers(long queue, @Nullable WrappedBuffer source, Tensor from, @Nullable WrappedBuffer target,
            Tensor to) {
        long over = source != null && target != null
                ? 0
                : ClMemory.create(handle, ClMemory.CL_MEM_USE_HOST_PTR, memory(source == null ? from : to));
        try {
            ClMemory.enqueueCopy(queue, source == null ? over : source.handle(),
                    target == null ? over : target.handle(), source == null ? 0 : from.offsetBytes(),
                    target == null ? 0 : to.offsetBytes(), from.byteSize(), ClEvent.NONE, ClEvent.NONE);
        } finally {
            if (over != 0) {
                ClMemory.release(over); // which waits for the copy by itself
            }
        }
    }

    private static MemorySegment memory(Tensor tensor) {
        return isOnHost(tensor)
                ? tensor.segment()
                : memory(DeviceHeap.address(tensor), tensor.byteSize());
    }

    @SuppressWarnings("restricted") // a part of what was allocated, handed to OpenCL and never read here
    private static MemorySegment memory(long address, long bytes) {
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the device " + space + " was used after it was closed: open it again");
        }
    }

    /** Creates a queue whose commands run one after the other, and which takes times. */
    synchronized long newQueue() {
        requireOpen();
        long queue = ClQueue.create(handle, device.id(), ClQueue.CL_QUEUE_PROFILING_ENABLE);
        queues.add(queue);
        return queue;
    }

    /**
     * Counts one use of a queue of the application's, which is one that may use this backend's memory from then on.
     *
     * @throws IllegalArgumentException if it is of another context or device, or its commands run in any order
     */
    synchronized void adopt(long queue) {
        requireOpen();
        if (queue == 0) {
            throw new IllegalArgumentException("the cl_command_queue 0 was given to " + space
                    + ": give one that was created");
        }
        requireSameContext("cl_command_queue", ClQueue.info(queue, ClQueue.CL_QUEUE_CONTEXT).number());
        if (ClQueue.info(queue, ClQueue.CL_QUEUE_DEVICE).number() != device.id()) {
            throw new IllegalArgumentException("a cl_command_queue of another device was given to " + space
                    + ": give one of " + device.name());
        }
        long properties = ClQueue.info(queue, ClQueue.CL_QUEUE_PROPERTIES).number();
        if ((properties & ClQueue.CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) != 0) {
            throw new IllegalArgumentException("a cl_command_queue without an order was given to " + space
                    + ", but a stream's commands run one after the other: create it without "
                    + "CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE");
        }
        ClQueue.retain(queue);
        queues.add(queue);
    }

    /** Waits for a queue and gives one reference to it back. */
    synchronized void release(long queue) {
        if (queues.remove(Long.valueOf(queue))) {
            try {
                finish(queue);
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
                List.copyOf(queues).forEach(this::release);
                ClContext.release(handle);
            }
        }
    }
}
