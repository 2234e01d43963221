package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/**
 * A GPU's primary context, which this backend shares with whatever else of the process uses CUDA's runtime, and the
 * memory and streams that are this backend's in it.
 *
 * <p>A context is current for each thread by itself, so whoever calls the driver enters first. Memory is freed when its
 * arena is closed or, at the latest, with the context; the driver waits for what runs.
 */
final class CudaContext implements AutoCloseable {
    /** As the driver aligns what it allocates. */
    private static final long MIN_BYTES = 256;

    private final CudaDriver driver;
    private final CudaDevice device;
    private final MemorySpace space;
    private final long handle;
    /** Guarded by this, as are the streams and {@code closed}. */
    private final Set<Region> regions = new HashSet<>();
    private final Set<Long> streams = new HashSet<>();
    private boolean closed;

    CudaContext(CudaDriver driver, CudaDevice device, String name) {
        this.driver = driver;
        this.device = device;
        this.space = new MemorySpace(name);
        this.handle = driver.devices().retainPrimaryContext(device.handle());
    }

    MemorySpace space() {
        return space;
    }

    /** Makes the context the calling thread's, and returns the driver. */
    CudaDriver enter() {
        driver.devices().setCurrentContext(handle);
        return driver;
    }

    /** A region of the GPU's memory. */
    private final class Region implements DeviceMemory {
        private final long address;
        private final long byteSize;
        private volatile boolean freed;

        Region(long address, long byteSize) {
            this.address = address;
            this.byteSize = byteSize;
        }

        @Override
        public MemorySpace space() {
            return space;
        }

        @Override
        public long handle() {
            return address;
        }

        @Override
        public long byteSize() {
            return byteSize;
        }

        @Override
        public boolean isAlive() {
            return !freed;
        }
    }

    /** Allocates zeroed memory for a tensor. */
    Tensor allocate(Arena arena, DType dtype, long... shape) {
        Region region = newRegion(Math.max(MIN_BYTES, Tensor.byteSize(dtype, shape)));
        boolean done = false;
        try {
            zero(region);
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
        Region region = new Region(enter().memory().allocate(bytes), bytes);
        regions.add(region);
        return region;
    }

    private void zero(Region region) {
        long stream = newStream();
        try {
            driver.memory().fill(region.address, (byte) 0, region.byteSize, stream);
        } finally {
            release(stream);
        }
    }

    @SuppressWarnings("restricted") // a segment of no bytes: all that is wanted is the end of the arena's life
    private void onClose(Arena arena, Region region) {
        MemorySegment.ofAddress(region.address).reinterpret(0, arena, ignored -> free(region));
    }

    private synchronized void free(Region region) {
        region.freed = true;
        if (regions.remove(region)) {
            enter().memory().free(region.address);
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
        Set.copyOf(streams).forEach(this::release);
        Set.copyOf(regions).forEach(this::free);
        driver.devices().releasePrimaryContext(device.handle());
    }
}
