package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code sum}: over the last axis, {@code out[r] = sum_c x[r, c]}.
 *
 * <p>Shapes: {@code x[rows, cols] -> out[rows]}. Matches {@code torch.sum(x, dim=-1)} and ONNX {@code ReduceSum}. The
 * sum of no columns is 0.
 *
 * <p>Accuracy: the bound of a sum and nothing else; the magnitude is the sum of |x|.
 */
public final class Sum {
    /** The definition. */
    public static final OpDefinition DEFINITION = OpDefinition.named("sum", 1)
            .formula("out[r] = sum_c(x[r, c])")
            .axes("rows", "cols")
            .input("x", "rows", "cols")
            .output("out", "rows")
            .require("max(rows, cols) <= 2147483647")
            .flops("rows * cols")
            .accuracy(0, "cols")
            .exactOnIntegers()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("rows", Sum::computeRow)
            .build();

    private Sum() {}

    private static void computeRow(ReferenceCall call, long row) {
        Elements x = call.input(0);
        int cols = call.axis(1);
        double sum = 0;
        double magnitude = 0;
        for (int c = 0; c < cols; c++) {
            double value = x.get(row * cols + c);
            sum += value;
            magnitude += Math.abs(value);
        }
        call.put(0, row, sum, magnitude);
    }
}
