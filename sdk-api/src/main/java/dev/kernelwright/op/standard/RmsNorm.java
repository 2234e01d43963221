package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code rms_norm}: each row divided by its root mean square,
 * {@code out[r, c] = x[r, c] / sqrt(mean_c(x[r, c]^2) + eps) * weight[c]}.
 *
 * <p>Shapes: {@code x[rows, cols], weight[cols] -> out[rows, cols]}; {@code cols} is at least 1. The attribute
 * {@code eps}, 1e-5 by default, is not negative. Source: Zhang and Sennrich, "Root Mean Square Layer Normalization",
 * 2019, arXiv:1910.07467. Matches {@code torch.nn.functional.rms_norm} and Llama's {@code RMSNorm}.
 *
 * <p>A row of zeros gives zeros if {@code eps} is positive and NaN if it is 0.
 */
public final class RmsNorm {
    /**
     * The definition.
     *
     * <p>Roundings: 4 for the reciprocal square root and 1 each for two products; the mean square suffers 5 (square,
     * two for the mean, two for eps), and the square root halves that, so 3. It halves the error of the sum of
     * squares too, and with it 4 sqrt(t), so that t is a quarter of cols.
     */
    public static final OpDefinition DEFINITION = OpDefinition.named("rms_norm", 1)
            .formula("out[r, c] = x[r, c] / sqrt(mean_c(x[r, c]^2) + eps) * weight[c]")
            .axes("rows", "cols")
            .attribute("eps", 1e-5)
            .input("x", "rows", "cols")
            .input("weight", "cols")
            .output("out", "rows", "cols")
            .require("cols >= 1")
            .require("max(rows, cols) <= 2147483647")
            .flops("4 * rows * cols")
            .accuracy(9, "ceil_div(cols, 4)")
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("rows", RmsNorm::computeRow)
            .build();

    private RmsNorm() {}

    private static void computeRow(ReferenceCall call, long row) {
        Elements x = call.input(0);
        Elements weight = call.input(1);
        int cols = call.axis(1);
        long start = row * cols;
        double squares = 0;
        for (int c = 0; c < cols; c++) {
            double value = x.get(start + c);
            squares += value * value;
        }
        double root = Math.sqrt(squares / cols + call.attribute("eps"));
        for (int c = 0; c < cols; c++) {
            call.put(0, start + c, x.get(start + c) / root * weight.get(c));
        }
    }
}
