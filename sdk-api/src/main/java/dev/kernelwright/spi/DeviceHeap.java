package dev.kernelwright.spi;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/**
 * The memory that a backend has allocated on a device, as regions behind tensors.
 *
 * <p>A region is freed when its arena is closed or, at the latest, with this heap; its tensors say from then on that
 * they are not alive. Safe for use from several threads.
 */
public final class DeviceHeap implements AutoCloseable {
    private final MemorySpace space;
    private final Allocator allocator;
    private final long minBytes;
    private final long maxBytes;
    /** Guarded by this, as is {@code closed}. */
    private final Set<Region> regions = new HashSet<>();
    private boolean closed;

    /** What a device's driver does. */
    public interface Allocator {
        /** Returns the address of new, zeroed memory, which is aligned to {@link Tensor#ALIGNMENT_BYTES} at least. */
        long allocate(long bytes);

        /** Frees memory, after what is queued and may use it. */
        void free(long address, long bytes);
    }

    /**
     * Creates a heap that holds nothing yet.
     *
     * @param space the space its tensors are in
     * @param minBytes what is allocated at least, above 0, so that empty tensors have an address too
     * @param maxBytes what is allocated at most at once
     */
    public DeviceHeap(MemorySpace space, Allocator allocator, long minBytes, long maxBytes) {
        this.space = space;
        this.allocator = allocator;
        this.minBytes = minBytes;
        this.maxBytes = maxBytes;
    }

    /** A region of the device's memory. */
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

    /**
     * Allocates a zeroed tensor that lives as long as the arena.
     *
     * @throws IllegalArgumentException if the device does not allocate as much at once
     * @throws IllegalStateException if this heap is closed
     */
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        long bytes = Math.max(minBytes, Tensor.byteSize(dtype, shape));
        if (bytes > maxBytes) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes was asked for on " + space
                    + ", which allocates at most " + maxBytes + " at once: use several");
        }
        Region region = newRegion(bytes);
        try {
            onClose(arena, region);
        } catch (RuntimeException e) {
            free(region);
            throw e;
        }
        return Tensor.over(region, 0, dtype, shape);
    }

    private synchronized Region newRegion(long bytes) {
        if (closed) {
            throw new IllegalStateException("memory of the device " + space + " was asked for after it was closed: open"
                    + " it again");
        }
        Region region = new Region(allocator.allocate(bytes), bytes);
        regions.add(region);
        return region;
    }

    @SuppressWarnings("restricted") // a segment of no bytes: all that is wanted is the end of the arena's life
    private void onClose(Arena arena, Region region) {
        MemorySegment.ofAddress(region.address).reinterpret(0, arena, ignored -> free(region));
    }

    private synchronized void free(Region region) {
        region.freed = true;
        if (regions.remove(region)) {
            allocator.free(region.address, region.byteSize);
        }
    }

    /** Returns the address of a tensor's first element on its device. */
    public static long address(Tensor tensor) {
        return tensor.memory().handle() + tensor.offsetBytes();
    }

    /** Frees every region. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        Set.copyOf(regions).forEach(this::free);
    }
}
