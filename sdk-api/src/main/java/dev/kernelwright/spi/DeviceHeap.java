package dev.kernelwright.spi;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory that a backend has allocated on a device, as regions behind tensors.
 *
 * <p>A region ends when its arena is closed or, at the latest, with this heap; its tensors say from then on that they are
 * not alive. Its block of memory is kept for the next tensor of about that size, until the lease has no room for more.
 * What was queued before a block came back may still use it, in any stream, so before one is lent again all that is queued
 * is waited for: allocating is rare and waits for the device anyway, to see its memory zeroed. Safe for use from several
 * threads.
 */
public final class DeviceHeap implements AutoCloseable {
    /** No block is larger than its tensor by more than this. */
    public static final long MAX_STEP_BYTES = 2 << 20;
    /** Blocks are a multiple of this part of their size, so that few are of a size of their own and little is wasted. */
    private static final int SIZES_PER_DOUBLING = 8;

    private final MemorySpace space;
    private final Allocator allocator;
    private final long minBytes;
    private final long maxBytes;
    private final MemoryLease lease;
    /** Whether memory is to be as large as was asked for, and left as it is: see {@link Instrument#PROPERTY}. */
    private final boolean instrumented = Boolean.getBoolean(Instrument.PROPERTY);
    /** Guarded by this, as is all below. */
    private final Map<Block, Life> lives = new HashMap<>();
    private final Map<Long, Deque<Block>> kept = new HashMap<>();
    private boolean queuedSinceSettled;
    private boolean closed;

    /** What a device's driver does. */
    public interface Allocator {
        /** Returns the address of new memory, aligned to {@link Tensor#ALIGNMENT_BYTES} at least, with anything in it. */
        long allocate(long bytes);

        /** Fills memory with zeros and waits until it is. */
        void clear(long address, long bytes);

        /** Waits until everything that was queued on the device so far has ended. */
        void settle();

        /** Frees memory that nothing queued uses. */
        void free(long address, long bytes);
    }

    /**
     * Creates a heap that holds nothing yet.
     *
     * @param space the space its tensors are in
     * @param minBytes what is allocated at least, above 0, so that empty tensors have an address too
     * @param maxBytes what is allocated at most at once
     * @param leaseBytes what is held at most at first
     */
    public DeviceHeap(MemorySpace space, Allocator allocator, long minBytes, long maxBytes, long leaseBytes) {
        this.space = space;
        this.allocator = allocator;
        this.minBytes = minBytes;
        this.maxBytes = maxBytes;
        this.lease = new MemoryLease(leaseBytes, this::freeKept);
    }

    /** A piece of the device's memory, which knows nothing of the arena of its tensor. */
    private static final class Block {
        private final long address;
        private final long byteSize;

        Block(long address, long byteSize) {
            this.address = address;
            this.byteSize = byteSize;
        }
    }

    /** Whether a region has ended, known to it and to what ends it. */
    private static final class Life {
        private volatile boolean over;
    }

    /**
     * A block while it is lent.
     *
     * @param untilClosed keeps the arena alive where its end is that nothing refers to it any more
     */
    private record Region(MemorySpace space, Block block, Life life, MemorySegment untilClosed)
            implements DeviceMemory {
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
            return !life.over;
        }
    }

    /** Returns the lease under which memory is taken. */
    public MemoryLease lease() {
        return lease;
    }

    /**
     * Allocates a zeroed tensor that lives as long as the arena.
     *
     * @throws IllegalArgumentException if the device does not allocate as much at once
     * @throws IllegalStateException if this heap is closed, or the lease has no room
     */
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        long bytes = Math.max(instrumented ? 1 : minBytes, Tensor.byteSize(dtype, shape));
        if (bytes > maxBytes) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes was asked for on " + space
                    + ", which allocates at most " + maxBytes + " at once: use several");
        }
        Life life = new Life();
        Block block = lend(Math.min(maxBytes, rounded(bytes)), life);
        MemorySegment untilClosed;
        try {
            untilClosed = onClose(arena, block, life);
        } catch (RuntimeException e) {
            takeBack(block, life);
            throw e;
        }
        return Tensor.over(new Region(space, block, life, untilClosed), 0, dtype, shape);
    }

    private long rounded(long bytes) {
        if (instrumented) {
            return bytes;
        }
        long step = Math.clamp(Long.highestOneBit(bytes) / SIZES_PER_DOUBLING, minBytes,
                Math.max(minBytes, MAX_STEP_BYTES));
        return Math.ceilDiv(bytes, step) * step;
    }

    private synchronized Block lend(long bytes, Life life) {
        if (closed) {
            throw new IllegalStateException("memory of the device " + space + " was asked for after it was closed: open"
                    + " it again");
        }
        Deque<Block> ofThisSize = kept.get(bytes);
        Block block = ofThisSize == null ? null : ofThisSize.poll();
        if (block == null) {
            block = newBlock(bytes);
        } else {
            settle();
        }
        try {
            if (!instrumented) {
                allocator.clear(block.address, bytes);
            }
        } catch (RuntimeException e) {
            keep(block);
            throw e;
        }
        lives.put(block, life);
        return block;
    }

    private Block newBlock(long bytes) {
        if (!lease.tryReserve(bytes)) {
            throw new IllegalStateException("memory of " + bytes + " bytes was asked for on " + space
                    + ", but the lease is of " + lease.limitBytes() + ", of which " + lease.heldBytes()
                    + " are held: close arenas of tensors that are not needed, or raise the lease");
        }
        try {
            return new Block(allocateOrMakeRoom(bytes), bytes);
        } catch (RuntimeException e) {
            lease.giveBack(bytes);
            throw e;
        }
    }

    /** The device may be fuller than the lease knows, with memory of others. */
    private long allocateOrMakeRoom(long bytes) {
        try {
            return allocator.allocate(bytes);
        } catch (RuntimeException e) {
            if (kept.isEmpty()) {
                throw e;
            }
            freeKept();
            return allocator.allocate(bytes);
        }
    }

    private void settle() {
        if (queuedSinceSettled) {
            allocator.settle();
            queuedSinceSettled = false;
        }
    }

    @SuppressWarnings("restricted") // a segment of no bytes: all that is wanted is the end of the arena's life
    private MemorySegment onClose(Arena arena, Block block, Life life) {
        return MemorySegment.ofAddress(block.address).reinterpret(0, arena, ignored -> takeBack(block, life));
    }

    private synchronized void takeBack(Block block, Life life) {
        life.over = true;
        if (lives.remove(block) != null) {
            keep(block);
            if (lease.heldBytes() > lease.limitBytes()) {
                freeKept();
            }
        }
    }

    private void keep(Block block) {
        queuedSinceSettled = true;
        kept.computeIfAbsent(block.byteSize, ignored -> new ArrayDeque<>()).push(block);
    }

    private synchronized void freeKept() {
        if (!kept.isEmpty()) {
            settle();
            for (Deque<Block> blocks : kept.values()) {
                for (Block block : blocks) {
                    allocator.free(block.address, block.byteSize);
                    lease.giveBack(block.byteSize);
                }
            }
            kept.clear();
        }
    }

    /** Returns the address of a tensor's first element on its device. */
    public static long address(Tensor tensor) {
        return tensor.memory().handle() + tensor.offsetBytes();
    }

    /** Ends every region and frees its memory. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        Map.copyOf(lives).forEach(this::takeBack);
        freeKept();
    }
}
