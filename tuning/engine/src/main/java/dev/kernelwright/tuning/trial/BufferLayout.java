package dev.kernelwright.tuning.trial;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Where the buffers of one launch lie in a worker's memory file.
 *
 * <p>Before, between and behind them are guard bands, so that a write outside an argument lands where it is seen. A
 * file may hold several sets of buffers, each laid out like this and each beginning at a multiple of {@code byteSize}.
 *
 * @param buffers the inputs, then the outputs, in the signature's order
 * @param workspace the workspace, of size 0 if there is none
 * @param byteSize the size of one set, a multiple of 4096
 */
public record BufferLayout(List<Region> buffers, Region workspace, long byteSize) {
    /** Wide enough for an off-by-one of a few vectors or of a short row; the next buffer is the guard behind it. */
    static final long GUARD_BYTES = 1024;
    private static final long PAGE_BYTES = 4096;

    /** Copies the regions. */
    public BufferLayout {
        buffers = List.copyOf(buffers);
    }

    /**
     * A range of bytes.
     *
     * @param offset where it begins, a multiple of {@link Tensor#ALIGNMENT_BYTES} or one element behind one
     * @param byteSize how long it is
     */
    public record Region(long offset, long byteSize) {
        /** Returns where it ends. */
        public long end() {
            return offset + byteSize;
        }
    }

    /**
     * Lays out the buffers of a launch.
     *
     * @param axes the value of each axis
     * @param workspaceBytes the size of the workspace, which is rounded up to whole words of 4 bytes
     * @param slack gives a number of cache lines, at least 0, by which each buffer is moved, so that no two launches
     *        find their buffers at the same addresses
     */
    public static BufferLayout of(KernelSignature signature, long[] axes, long workspaceBytes, IntSupplier slack) {
        return of(signature, axes, workspaceBytes, slack, false);
    }

    /**
     * Lays out the buffers of a launch as {@link #of(KernelSignature, long[], long, IntSupplier)} does.
     *
     * @param sliced whether each buffer but the workspace begins one element behind an aligned address, as a slice of a
     *        tensor may
     */
    public static BufferLayout of(KernelSignature signature, long[] axes, long workspaceBytes, IntSupplier slack,
            boolean sliced) {
        List<Region> regions = new ArrayList<>();
        long position = 0;
        for (BufferSpec buffer : signature.buffers()) {
            Region region = new Region(aligned(position, slack) + (sliced ? buffer.dtype().byteSize() : 0),
                    Tensor.byteSize(buffer.dtype(), signature.shape(buffer, axes)));
            regions.add(region);
            position = region.end();
        }
        Region workspace =
                new Region(aligned(position, slack), Math.ceilDiv(workspaceBytes, Float.BYTES) * Float.BYTES);
        long end = Math.ceilDiv(workspace.end() + GUARD_BYTES, PAGE_BYTES) * PAGE_BYTES;
        return new BufferLayout(regions, workspace, end);
    }

    /** Returns the first aligned offset behind a guard band, moved by the slack. */
    private static long aligned(long position, IntSupplier slack) {
        long lines = Math.ceilDiv(position + GUARD_BYTES, Tensor.ALIGNMENT_BYTES) + slack.getAsInt();
        return lines * Tensor.ALIGNMENT_BYTES;
    }
}
