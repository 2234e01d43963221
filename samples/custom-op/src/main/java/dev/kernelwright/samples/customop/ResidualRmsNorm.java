package dev.kernelwright.samples.customop;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.spi.KernelTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The op {@code residual_rms_norm}: a residual connection and the RMSNorm behind it, which every Llama has between its
 * layers. In one kernel the sum is read back from cache, and not, as by two, from memory.
 *
 * <p>Shapes: {@code x[rows, cols], residual[rows, cols], weight[cols] -> sum[rows, cols], out[rows, cols]}.
 */
final class ResidualRmsNorm {
    /**
     * The definition.
     *
     * <p>Roundings: 9 and a quarter of cols as in {@link dev.kernelwright.op.standard.RmsNorm}, and 2 for the sum's own
     * rounding, which out suffers in its numerator and, halved by the root from twice, in its denominator.
     */
    static final OpDefinition DEFINITION = OpDefinition.named("residual_rms_norm", 1)
            .formula("sum[r, c] = x[r, c] + residual[r, c],"
                    + " out[r, c] = sum[r, c] / sqrt(mean_c(sum[r, c]^2) + eps) * weight[c]")
            .axes("rows", "cols")
            .attribute("eps", 1e-5)
            .input("x", "rows", "cols")
            .input("residual", "rows", "cols")
            .input("weight", "cols")
            .output("sum", "rows", "cols")
            .output("out", "rows", "cols")
            .require("cols >= 1")
            .require("max(rows, cols) <= 2147483647")
            .flops("5 * rows * cols")
            .accuracy(11, "ceil_div(cols, 4)")
            .reference("rows", ResidualRmsNorm::computeRow)
            .build();

    private ResidualRmsNorm() {}

    /** What the op means: one row, in double. It answers calls until there is a kernel, and judges every kernel. */
    private static void computeRow(ReferenceCall call, long row) {
        Elements x = call.input(0);
        Elements residual = call.input(1);
        Elements weight = call.input(2);
        int cols = call.axis(1);
        long start = row * cols;
        double squares = 0;
        for (int c = 0; c < cols; c++) {
            double sum = x.get(start + c) + residual.get(start + c);
            squares += sum * sum;
        }
        double root = Math.sqrt(squares / cols + call.attribute("eps"));
        for (int c = 0; c < cols; c++) {
            double sum = x.get(start + c) + residual.get(start + c);
            call.put(0, start + c, sum);
            call.put(1, start + c, sum / root * weight.get(c));
        }
    }

    /** Returns the kernels that the tuner may choose from on a CPU: {@code residual_rms_norm.java} in the resources. */
    static KernelTemplate cpuTemplate() {
        try (InputStream in = ResidualRmsNorm.class.getResourceAsStream("residual_rms_norm.java")) {
            if (in == null) {
                throw new IllegalStateException("residual_rms_norm.java is not beside its class: build this jar again");
            }
            return KernelTemplate.parse("java-vector", new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("residual_rms_norm.java cannot be read", e);
        }
    }
}
