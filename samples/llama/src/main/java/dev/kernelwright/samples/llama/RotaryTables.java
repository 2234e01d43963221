package dev.kernelwright.samples.llama;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/**
 * The cosines and sines of RoPE: pair i of a head turns by {@code position * 10000^(-2 i / headDim)}.
 *
 * @param cos {@code [positions, headDim / 2]}
 * @param sin {@code [positions, headDim / 2]}
 */
record RotaryTables(Tensor cos, Tensor sin) {
    private static final double BASE = 10_000;

    /** Computes the tables, in host memory. */
    static RotaryTables of(int positions, int headDim) {
        int pairs = headDim / 2;
        Tensor cos = Tensor.allocate(DType.F32, positions, pairs);
        Tensor sin = Tensor.allocate(DType.F32, positions, pairs);
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < pairs; i++) {
                double angle = position * Math.pow(BASE, -2.0 * i / headDim);
                long at = (long) position * pairs + i;
                cos.segment().setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) Math.cos(angle));
                sin.segment().setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) Math.sin(angle));
            }
        }
        return new RotaryTables(cos, sin);
    }

    /** Copies the tables to where a model runs. */
    RotaryTables on(Placement placement) {
        return new RotaryTables(placement.copyOf(cos), placement.copyOf(sin));
    }
}
