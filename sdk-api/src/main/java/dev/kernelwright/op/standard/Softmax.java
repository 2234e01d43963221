package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;
import dev.kernelwright.tensor.DType;

/**
 * The op {@code softmax}: over the last axis,
 * {@code out[r, c] = exp(x[r, c] - max_c x[r, c]) / sum_c exp(x[r, c] - max_c x[r, c])}.
 *
 * <p>Shapes: {@code x[rows, cols] -> out[rows, cols]}; {@code cols} is at least 1. Matches
 * {@code torch.softmax(x, dim=-1)} and ONNX {@code Softmax}.
 *
 * <p>A row with a NaN or with positive infinity is all NaN, and so is one of negative infinities only, as in PyTorch.
 */
public final class Softmax {
    /** An absolute error of the smallest normal number, in units of u: what an exponential loses below it. */
    private static final double RANGE_LOSS = DType.F32.minNormal() / DType.F32.unitRoundoff();

    /**
     * The definition.
     *
     * <p>Roundings: 8 for the exponential above and 8 for those below the line, 2 for a reciprocal and a product. The
     * sum below the line gives t = cols. The magnitude of a probability p of an element at d below the maximum is
     * p (1 + |d|), since the error of d passes through the exponential; the same error below the line is at most
     * ln(cols) u on average and vanishes in 4 sqrt(cols).
     */
    public static final OpDefinition DEFINITION = OpDefinition.named("softmax", 1)
            .formula("out[r, c] = exp(x[r, c] - max_c(x[r, c])) / sum_c(exp(x[r, c] - max_c(x[r, c])))")
            .axes("rows", "cols")
            .input("x", "rows", "cols")
            .output("out", "rows", "cols")
            .require("cols >= 1")
            .require("max(rows, cols) <= 2147483647")
            .flops("5 * rows * cols")
            .accuracy(18, "cols")
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL,
                    SpecialValue.MASK)
            .reference("rows", Softmax::computeRow)
            .build();

    private Softmax() {}

    private static void computeRow(ReferenceCall call, long row) {
        Elements x = call.input(0);
        int cols = call.axis(1);
        long start = row * cols;
        double max = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < cols; c++) {
            max = Math.max(max, x.get(start + c));
        }
        double[] exponentials = new double[cols];
        double sum = 0;
        for (int c = 0; c < cols; c++) {
            exponentials[c] = Math.exp(x.get(start + c) - max);
            sum += exponentials[c];
        }
        for (int c = 0; c < cols; c++) {
            double probability = exponentials[c] / sum;
            double distance = probability == 0 ? 0 : max - x.get(start + c);
            call.put(0, start + c, probability, probability * (1 + distance) + RANGE_LOSS);
        }
    }
}
