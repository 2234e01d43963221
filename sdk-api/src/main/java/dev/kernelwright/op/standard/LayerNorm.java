package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code layer_norm}: each row with its mean taken away, divided by its standard deviation,
 * {@code out[r, c] = (x[r, c] - mean) / sqrt(variance + eps) * weight[c] + bias[c]}, with
 * {@code mean = mean_c(x[r, c])} and {@code variance = mean_c((x[r, c] - mean)^2)}.
 *
 * <p>Shapes: {@code x[rows, cols], weight[cols], bias[cols] -> out[rows, cols]}; {@code cols} is at least 1. The
 * attribute {@code eps}, 1e-5 by default, is not negative. Source: Ba, Kiros and Hinton, "Layer Normalization", 2016,
 * arXiv:1607.06450. Matches {@code torch.nn.functional.layer_norm} and ONNX {@code LayerNormalization}.
 *
 * <p>A row of equal elements gives the bias if {@code eps} is positive and NaN if it is 0.
 */
public final class LayerNorm {
    /**
     * The definition.
     *
     * <p>The magnitude is (|x - mean| + mean |x|) / deviation |weight| + |bias|: the rounding errors of the mean are
     * relative to the mean of |x|. Roundings, of the first term: 1 for the difference, 4 for the reciprocal square
     * root, 4 for the variance (2 for the differences, 1 for the square, 4 for mean and eps, halved by the root), 2
     * products and 1 sum. The two sums over a row, of which the root halves the second, are within 4 sqrt(cols). The
     * variance as mean of squares less square of mean is within it only where the mean is not much larger than the
     * deviation, which is where that formula is any good.
     */
    public static final OpDefinition DEFINITION = OpDefinition.named("layer_norm", 1)
            .formula("out[r, c] = (x[r, c] - mean_c(x[r, c])) / sqrt(mean_c((x[r, c] - mean_c(x[r, c]))^2) + eps)"
                    + " * weight[c] + bias[c]")
            .axes("rows", "cols")
            .attribute("eps", 1e-5)
            .input("x", "rows", "cols")
            .input("weight", "cols")
            .input("bias", "cols")
            .output("out", "rows", "cols")
            .require("cols >= 1")
            .require("max(rows, cols) <= 2147483647")
            .flops("7 * rows * cols")
            .accuracy(12, "cols")
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("rows", LayerNorm::computeRow)
            .build();

    private LayerNorm() {}

    private static void computeRow(ReferenceCall call, long row) {
        Elements x = call.input(0);
        Elements weight = call.input(1);
        Elements bias = call.input(2);
        int cols = call.axis(1);
        long start = row * cols;
        double sum = 0;
        double absolute = 0;
        for (int c = 0; c < cols; c++) {
            double value = x.get(start + c);
            sum += value;
            absolute += Math.abs(value);
        }
        double mean = sum / cols;
        double squares = 0;
        for (int c = 0; c < cols; c++) {
            double difference = x.get(start + c) - mean;
            squares += difference * difference;
        }
        double deviation = Math.sqrt(squares / cols + call.attribute("eps"));
        for (int c = 0; c < cols; c++) {
            double difference = x.get(start + c) - mean;
            double scale = weight.get(c) / deviation;
            call.put(0, start + c, difference * scale + bias.get(c),
                    (Math.abs(difference) + absolute / cols) * Math.abs(scale) + Math.abs(bias.get(c)));
        }
    }
}
