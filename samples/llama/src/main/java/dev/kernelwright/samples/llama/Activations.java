package dev.kernelwright.samples.llama;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;

/**
 * What the blocks of a model compute on the way, in memory that they all use one after the other.
 *
 * <p>An op checks the rank of what it gets, so the same memory is viewed as a row {@code [1, n]}, as a flat vector
 * {@code [n]}, or as heads; see {@link #flat} and {@link #heads}.
 */
final class Activations {
    /** The residual stream, as a block gets it and leaves it. */
    final Tensor stream;
    /** The residual stream between attention and feed-forward layer: an output must not overlap an input. */
    final Tensor middle;
    final Tensor normed;
    final Tensor query;
    final Tensor rotatedQuery;
    final Tensor key;
    final Tensor attended;
    final Tensor projected;
    final Tensor gate;
    final Tensor up;
    final Tensor gated;
    /** The position of the token, an {@code i32} of one element. */
    final Tensor position;

    Activations(ModelShape shape, Placement placement) {
        this.stream = row(placement, shape.dim());
        this.middle = row(placement, shape.dim());
        this.normed = row(placement, shape.dim());
        this.query = row(placement, shape.dim());
        this.rotatedQuery = row(placement, shape.dim());
        this.key = row(placement, shape.kvDim());
        this.attended = row(placement, shape.dim());
        this.projected = row(placement, shape.dim());
        this.gate = row(placement, shape.hiddenDim());
        this.up = row(placement, shape.hiddenDim());
        this.gated = row(placement, shape.hiddenDim());
        this.position = placement.empty(DType.I32, 1);
    }

    private static Tensor row(Placement placement, int size) {
        return placement.empty(DType.F32, 1, size);
    }

    /** Views a row as a flat vector, as element-wise ops take it. */
    static Tensor flat(Tensor row) {
        return row.reshape(row.elementCount());
    }

    /** Views a row as one token's heads, as RoPE takes it. */
    static Tensor heads(Tensor row, int headDim) {
        return row.reshape(1, row.elementCount() / headDim, headDim);
    }

    /** Views a row as a batch of one query, as attention takes it. */
    static Tensor batch(Tensor row, int headDim) {
        return row.reshape(1, 1, row.elementCount() / headDim, headDim);
    }
}
