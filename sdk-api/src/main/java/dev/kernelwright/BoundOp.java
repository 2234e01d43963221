package dev.kernelwright;

import dev.kernelwright.dispatch.ArgumentCheck;
import dev.kernelwright.dispatch.CallFrames;
import dev.kernelwright.dispatch.LiveKernel;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.Tensor;
import java.util.function.Consumer;

/**
 * A workload bound to a device: the object that is called.
 *
 * <p>May be called from any number of threads, and goes on being right while its kernel is replaced behind it. A call
 * allocates nothing on the Java heap once the op answers with a kernel of its backend.
 */
public final class BoundOp implements AutoCloseable {
    private final Device device;
    private final LiveKernel kernel;
    private final ArgumentCheck check;
    private final CallFrames frames;
    private final Consumer<BoundOp> onClose;

    BoundOp(Device device, LiveKernel kernel, Consumer<BoundOp> onClose) {
        this.device = device;
        this.kernel = kernel;
        this.onClose = onClose;
        this.check = kernel.check();
        this.frames = new CallFrames(check::newArguments);
    }

    /**
     * Computes the op on the device's default stream.
     *
     * @param tensors the inputs, then the outputs, in the definition's order. A caller that counts allocations passes
     *        an array of its own
     * @throws IllegalArgumentException if a tensor has the wrong type, shape or place, an output overlaps another
     *         tensor, or an index is outside its range
     * @throws IllegalStateException if this op or the memory of a tensor is closed
     */
    public void invoke(Tensor... tensors) {
        invoke(device.defaultStream(), tensors);
    }

    /**
     * Computes the op in the order of a stream of its device; as {@link #invoke(Tensor...)} in all else.
     *
     * @param stream the stream, made by {@link Device#newStream()}
     * @param tensors the inputs, then the outputs, in the definition's order
     */
    public void invoke(DeviceStream stream, Tensor... tensors) {
        CallFrames.Frame frame = frames.acquire();
        if (frame == null) {
            throw new IllegalStateException(workload() + " was called after its bound op was closed: bind it again");
        }
        try {
            check.bind(tensors, frame.arguments());
            kernel.launch(stream, frame.arguments());
        } finally {
            frames.release(frame);
        }
    }

    /** Returns what is computed. */
    public Workload workload() {
        return kernel.workload();
    }

    /** Returns where it is computed. */
    public Device device() {
        return device;
    }

    /** Returns whether a tuned kernel answers calls, rather than the baseline. */
    public boolean isTuned() {
        return kernel.isTuned();
    }

    /** Lets no further call in and waits for those under way. Idempotent. */
    @Override
    public void close() {
        frames.close();
        onClose.accept(this);
    }

    @Override
    public String toString() {
        return workload() + " on " + device.name();
    }
}
