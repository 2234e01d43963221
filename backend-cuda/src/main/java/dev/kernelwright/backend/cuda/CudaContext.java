package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.tensor.MemorySpace;
import java.util.HashSet;
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
    private boolean closed;

    CudaContext(CudaDriver driver, CudaDevice device, String name) {
        this.driver = driver;
        this.device = device;
        this.space = new MemorySpace(name);
        this.handle = driver.devices().retainPrimaryContext(device.handle());
        this.heap = new DeviceHeap(space, this, MIN_BYTES, device.memoryBytes());
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
        long address = enter().memory().allocate(bytes);
        long stream = newStream();
        try {
            driver.memory().fill(address, (byte) 0, bytes, stream);
        } finally {
            release(stream);
        }
        return address;
    }

    /** The driver waits for what runs. */
    @Override
    public void free(long address, long bytes) {
        enter().memory().free(address);
    }

    /** Creates a stream that waits for no other. */
    synchronized long newStream() {
        if (closed) {
            throw new IllegalStateException("the device " + space + " was used after it was closed: open it again");
        }
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
                Set.copyOf(streams).forEach(this::release);
                driver.devices().releasePrimaryContext(device.handle());
            }
        }
    }
}
