package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.DriverMemory;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.tensor.MemorySpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A GPU's primary context, which this backend shares with whatever else of the process uses CUDA's runtime, and the
 * memory and streams that are this backend's in it.
 *
 * <p>A context is current for each thread by itself, so whoever calls the driver enters first.
 */
final class CudaContext implements DeviceHeap.Allocator, AutoCloseable {
    /** As the driver aligns what it allocates. */
    private static final long MIN_BYTES = 256;

    private final CudaDriver driver;
    private final CudaDevice device;
    private final MemorySpace space;
    private final long handle;
    private final DeviceHeap heap;
    /** Guarded by this, as is {@code closed}. */
    private final Set<Long> streams = new HashSet<>();
    /** The application's streams, as often as each was wrapped. Guarded by this. */
    private final List<Long> adopted = new ArrayList<>();
    /** Those that are being captured, of which nothing runs and none may be waited for. Guarded by this. */
    private final Set<Long> captured = new HashSet<>();
    private boolean closed;

    CudaContext(CudaDriver driver, CudaDevice device, String name) {
        this.driver = driver;
        this.device = device;
        this.space = new MemorySpace(name);
        this.handle = driver.devices().retainPrimaryContext(device.handle());
        this.heap = new DeviceHeap(space, this, MIN_BYTES, device.memoryBytes(), device.memoryBytes());
    }

    MemorySpace space() {
        return space;
    }

    DeviceHeap heap() {
        return heap;
    }

    /** Makes the context the calling thread's, and returns the driver. */
    CudaDriver enter() {
        driver.devices().setCurrentContext(handle);
        return driver;
    }

    @Override
    public long allocate(long bytes) {
        try {
            return enter().memory().allocate(bytes);
        } catch (CudaException e) {
            if (e.code() != CudaConstants.CUDA_ERROR_OUT_OF_MEMORY) {
                throw e;
            }
            DriverMemory.Info info = driver.memory().info();
            throw new IllegalStateException("memory of " + bytes + " bytes was asked for on " + space + ", of whose "
                    + info.totalBytes() + " bytes " + info.freeBytes()
                    + " are free: close arenas of tensors that are not"
                    + " needed, or what else uses the GPU", e);
        }
    }

    @Override
    public void clear(long address, long bytes) {
        long stream = newStream();
        try {
            driver.memory().fill(address, (byte) 0, bytes, stream);
        } finally {
            release(stream);
        }
    }

    /** Waits for each stream, not for the context, which the driver refuses while a stream of it is being captured. */
    @Override
    public synchronized void settle() {
        enter();
        for (long stream : streams) {
            if (!captured.contains(stream)) {
                driver.streams().synchronize(stream);
            }
        }
        for (long stream : adopted) {
            driver.streams().synchronize(stream);
        }
    }

    @Override
    public void free(long address, long bytes) {
        enter().memory().free(address);
    }

    /**
     * Allocates pinned memory of the host that lives as long as an arena, which may be longer than this backend: it holds
     * the GPU's context.
     */
    @SuppressWarnings("restricted") // the memory ends with the arena, and is as large as was allocated
    MemorySegment allocatePinned(Arena arena, long bytes) {
        enter();
        driver.devices().retainPrimaryContext(device.handle());
        try {
            MemorySegment pinned = driver.memory().allocateHost(bytes, CudaConstants.CU_MEMHOSTALLOC_PORTABLE);
            pinned.fill((byte) 0);
            return pinned.reinterpret(arena, this::freePinned);
        } catch (RuntimeException e) {
            driver.devices().releasePrimaryContext(device.handle());
            throw e;
        }
    }

    private void freePinned(MemorySegment pinned) {
        settle();
        driver.memory().freeHost(pinned);
        driver.devices().releasePrimaryContext(device.handle());
    }

    /** Counts a stream of the application's among those that may use this backend's memory. */
    synchronized void adopt(long stream) {
        requireOpen();
        adopted.add(stream);
    }

    /** Waits for a stream of the application's and forgets it. */
    synchronized void letGo(long stream) {
        if (adopted.contains(stream)) {
            enter().streams().synchronize(stream);
            adopted.remove(Long.valueOf(stream));
        }
    }

    /** Waits for a stream, which is then one of which nothing runs until the capture has ended. */
    synchronized void beginCapture(long stream) {
        enter().streams().synchronize(stream);
        captured.add(stream);
    }

    synchronized void endCapture(long stream) {
        captured.remove(stream);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the device " + space + " was used after it was closed: open it again");
        }
    }

    /** Creates a stream that waits for no other. */
    synchronized long newStream() {
        requireOpen();
        long stream = enter().streams().create(CudaConstants.CU_STREAM_NON_BLOCKING);
        streams.add(stream);
        return stream;
    }

    /** Waits for a stream and gives it back. */
    synchronized void release(long stream) {
        if (streams.remove(stream)) {
            try {
                enter().streams().synchronize(stream);
            } finally {
                driver.streams().destroy(stream);
            }
        }
    }

    @Override
    public void close() {
        heap.close();
        synchronized (this) {
            if (!closed) {
                closed = true;
                adopted.clear();
                Set.copyOf(streams).forEach(this::release);
                driver.devices().releasePrimaryContext(device.handle());
            }
        }
    }
}
