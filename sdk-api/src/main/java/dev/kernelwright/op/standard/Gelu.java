package dev.kernelwright.op.standard;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code gelu}: the Gaussian error linear unit in its tanh approximation,
 * {@code out[i] = x[i] / 2 * (1 + tanh(sqrt(2 / pi) * (x[i] + 0.044715 * x[i]^3)))}.
 *
 * <p>Shapes: {@code x[n] -> out[n]}. Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016,
 * arXiv:1606.08415, section 2. Matches {@code torch.nn.functional.gelu(x, approximate="tanh")} and ONNX {@code Gelu}
 * with the same attribute; it is not the one with the error function, from which it differs by up to 5e-4.
 *
 * <p>Negative infinity gives NaN, as in PyTorch, because the formula multiplies it by 0.
 */
public final class Gelu {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;

    /**
     * The definition.
     *
     * <p>Roundings, of the magnitude |x|, which they are relative to because {@code 1 + tanh} cancels where x is
     * negative: tanh is within 5 ulp (OpenCL's demand), and is halved, so 5; the argument suffers 7 and moves tanh by
     * at most 0.45 of that, which is halved, so 2; the sum is below 2, so 1; the products, 2.
     */
    public static final OpDefinition DEFINITION = OpDefinition.named("gelu", 1)
            .formula("out[i] = 0.5 * x[i] * (1 + tanh(sqrt(2 / pi) * (x[i] + 0.044715 * x[i]^3)))")
            .axes("n")
            .input("x", "n")
            .output("out", "n")
            .require("n <= 2147483647")
            .flops("9 * n")
            .accuracy(10, "0")
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("n", Gelu::computeElement)
            .build();

    private Gelu() {}

    private static void computeElement(ReferenceCall call, long i) {
        double x = call.input(0).get(i);
        double value = 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + CUBIC * x * x * x)));
        call.put(0, i, value, Math.abs(x));
    }
}
