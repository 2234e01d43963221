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
    private final Set<Block> blocks = new HashSet<>();
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

    /** Memory that the device's driver has allocated. */
    private static final class Block {
        private final long address;
        private final long byteSize;
        private volatile boolean freed;

        Block(long address, long byteSize) {
            this.address = address;
            this.byteSize = byteSize;
        }
    }

    /**
     * A block that tensors lie in. It holds on to the arena, so that one which the garbage collector closes lives as long
     * as the tensors; what is done when the arena is closed knows the block alone, or the arena would never end.
     */
    private final class Region implements DeviceMemory {
        private final Block block;
        /** Never read: what it keeps reachable is the arena. */
        @SuppressWarnings("unused")
        private final MemorySegment arenaHold;

        Region(Block block, MemorySegment arenaHold) {
            this.block = block;
            this.arenaHold = arenaHold;
        }

        @Override
        public MemorySpace space() {
            return space;
        }

        @Override
        public long handle() {
            return block.address;
        }

        @Override
        public long byteSize() {
            return block.byteSize;
        }

        @Override
        public boolean isAlive() {
            return !block.freed;
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
        Block block = newBlock(bytes);
        try {
            return Tensor.over(new Region(block, onClose(arena, block)), 0, dtype, shape);
        } catch (RuntimeException e) {
            free(block);
            throw e;
        }
    }

    private synchronized Block newBlock(long bytes) {
        if (closed) {
            throw new IllegalStateException("memory of the device " + space + " was asked for after it was closed: open"
                    + " it again");
        }
        Block block = new Block(allocator.allocate(bytes), bytes);
        blocks.add(block);
        return block;
    }

    @SuppressWarnings("restricted") // a segment of no bytes: all that is wanted is the end of the arena's life
    private MemorySegment onClose(Arena arena, Block block) {
        return MemorySegment.ofAddress(block.address).reinterpret(0, arena, ignored -> free(block));
    }

    private synchronized void free(Block block) {
        block.freed = true;
        if (blocks.remove(block)) {
            allocator.free(block.address, block.byteSize);
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
        Set.copyOf(blocks).forEach(this::free);
    }
}
