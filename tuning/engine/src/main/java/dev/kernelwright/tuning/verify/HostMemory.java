package dev.kernelwright.tuning.verify;

import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The parent's memory for images and results, which are there one after the other. It is kept in between, since to clear
 * fresh memory, which the system maps page by page, takes longer than the checks that are made in it.
 */
public final class HostMemory implements AutoCloseable {
    private @Nullable Block block;
    private boolean lent;
    private boolean closed;

    private static final class Block {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment segment;

        Block(long byteSize) {
            segment = arena.allocate(byteSize, Tensor.ALIGNMENT_BYTES);
        }
    }

    /**
     * Lends memory until {@link #giveBack}; what it holds is left from before.
     *
     * @throws IllegalStateException if it is lent already
     */
    synchronized SegmentAllocator lend(long byteSize) {
        if (lent) {
            throw new IllegalStateException("the memory of an evaluation was asked for while it was in use");
        }
        Block large = block;
        if (large == null || large.segment.byteSize() < byteSize) {
            free();
            large = new Block(byteSize);
            block = large;
        }
        lent = true;
        return SegmentAllocator.slicingAllocator(large.segment);
    }

    /** Ends what {@link #lend} began. */
    synchronized void giveBack() {
        lent = false;
        if (closed) {
            free();
        }
    }

    private void free() {
        Block before = block;
        block = null;
        if (before != null) {
            before.arena.close();
        }
    }

    /** Frees the memory, or has it freed when it is given back; may be called by any thread. */
    @Override
    public synchronized void close() {
        closed = true;
        if (!lent) {
            free();
        }
    }
}
