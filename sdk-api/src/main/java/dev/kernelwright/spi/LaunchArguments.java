package dev.kernelwright.spi;

import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one launch: the buffers, the workspace and the axis values, in the signature's order.
 *
 * <p>Mutable and used again by its owner, so that a launch allocates nothing. A backend reads it during
 * {@link LoadedKernel#launch} only and keeps no reference. Not safe for use by several threads, but for the threads of
 * a {@link BlockPool} while one launch runs.
 */
public final class LaunchArguments {
    private final @Nullable Tensor[] tensors;
    private final long[] axes;

    /** Creates arguments for a number of buffers (inputs and outputs) and of axes. */
    public LaunchArguments(int bufferCount, int axisCount) {
        this.tensors = new Tensor[bufferCount + 1];
        this.axes = new long[axisCount];
    }

    /** Sets the buffer at a position: inputs first, then outputs. */
    public void setBuffer(int index, Tensor tensor) {
        tensors[index] = tensor;
    }

    /** Sets the workspace, at least as large as the kernel asked for. */
    public void setWorkspace(Tensor workspace) {
        setBuffer(tensors.length - 1, workspace);
    }

    /** Returns the workspace, or null if there is none. */
    public @Nullable Tensor workspace() {
        return tensors[tensors.length - 1];
    }

    /** Forgets the buffers and the workspace, so that their memory is not kept reachable. */
    public void clear() {
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = null;
        }
    }

    /** Returns the buffer at a position; the position after the last output is the workspace. */
    public Tensor buffer(int index) {
        Tensor tensor = tensors[index];
        if (tensor == null) {
            throw new IllegalStateException("the buffer " + index + " of a launch was read before it was set");
        }
        return tensor;
    }

    /**
     * Returns the host memory of the buffer at a position; the position after the last output is the workspace, which
     * is {@link MemorySegment#NULL} where there is none.
     */
    public MemorySegment segment(int index) {
        Tensor tensor = tensors[index];
        return tensor == null ? MemorySegment.NULL : tensor.segment();
    }

    /** Returns the axis values, to be filled before a launch and only read during it. */
    public long[] axes() {
        return axes;
    }
}
