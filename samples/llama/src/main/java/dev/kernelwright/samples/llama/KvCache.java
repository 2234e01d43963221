package dev.kernelwright.samples.llama;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;

/**
 * The keys and values of one block for every position so far.
 *
 * <p>RoPE and the value projection write straight into it, and attention reads it in place. All the views of it that
 * calls take are made once, so that decoding a token makes none.
 */
final class KvCache {
    private final Tensor[] keySlots;
    private final Tensor[] valueSlots;
    private final Tensor[] keys;
    private final Tensor[] values;

    KvCache(ModelShape shape, Placement placement) {
        int positions = shape.positions();
        this.keySlots = new Tensor[positions];
        this.valueSlots = new Tensor[positions];
        this.keys = new Tensor[positions];
        this.values = new Tensor[positions];
        Tensor allKeys = placement.empty(DType.F32, positions, shape.kvHeads(), shape.headDim());
        Tensor allValues = placement.empty(DType.F32, positions, shape.kvHeads(), shape.headDim());
        for (int position = 0; position < positions; position++) {
            int ctx = position + 1;
            keySlots[position] = allKeys.slice(position, 1);
            valueSlots[position] = allValues.slice(position, 1).reshape(1, shape.kvDim());
            keys[position] = allKeys.slice(0, ctx).reshape(1, ctx, shape.kvHeads(), shape.headDim());
            values[position] = allValues.slice(0, ctx).reshape(1, ctx, shape.kvHeads(), shape.headDim());
        }
    }

    /** Returns where the key of a position goes, {@code [1, kvHeads, headDim]}, as RoPE writes it. */
    Tensor keySlot(int position) {
        return keySlots[position];
    }

    /** Returns where the value of a position goes, {@code [1, kvDim]}, as a projection writes it. */
    Tensor valueSlot(int position) {
        return valueSlots[position];
    }

    /** Returns the keys up to a position, {@code [1, position + 1, kvHeads, headDim]}, as attention reads them. */
    Tensor keys(int position) {
        return keys[position];
    }

    /** Returns the values up to a position, {@code [1, position + 1, kvHeads, headDim]}, as attention reads them. */
    Tensor values(int position) {
        return values[position];
    }
}
