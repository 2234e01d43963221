package dev.kernelwright.samples.llama;

import dev.kernelwright.BoundOp;
import dev.kernelwright.tensor.Tensor;

/** A bound op with the tensors it is called on, kept so that a call allocates nothing, not even its argument array. */
final class Call {
    private final BoundOp op;
    private final Tensor[] tensors;

    /** Creates a call; where an argument changes from call to call, any tensor stands in for it. */
    Call(BoundOp op, Tensor... tensors) {
        this.op = op;
        this.tensors = tensors;
    }

    /** Puts another tensor in the place of an argument. */
    Call with(int index, Tensor tensor) {
        tensors[index] = tensor;
        return this;
    }

    /** Computes the op. */
    void run() {
        op.invoke(tensors);
    }
}
