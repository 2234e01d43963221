package dev.kernelwright.op.standard;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;
import dev.kernelwright.tensor.DType;

/**
 * The op {@code silu_mul}: a SwiGLU feed-forward layer's activation, {@code out[i] = silu(gate[i]) * up[i]} with
 * {@code silu(g) = g / (1 + exp(-g))}.
 *
 * <p>Shapes: {@code gate[n], up[n] -> out[n]}. Matches {@code torch.nn.functional.silu(gate) * up}. Sources: Shazeer,
 * "GLU Variants Improve Transformer", arXiv:2002.05202; Hendrycks and Gimpel, "Gaussian Error Linear Units",
 * arXiv:1606.08415, which names SiLU.
 *
 * <p>A gate of negative infinity gives NaN, as in PyTorch, because the formula divides infinity by infinity.
 */
public final class SiluMul {
    /**
     * An absolute error of the smallest normal number, in units of u: what a sigmoid loses when it, or the exponential
     * in it, leaves the range of the type.
     */
    private static final double RANGE_LOSS = DType.F32.minNormal() / DType.F32.unitRoundoff();

    /**
     * The definition.
     *
     * <p>Roundings: 8 for the exponential, 1 each for the sum, the division and the two products, and 1 for the
     * sigmoid's answer to an error of |gate| u in its argument where the gate is positive, which is below 0.28 u. Where
     * it is negative that answer approaches |gate| u and is part of the magnitude.
     */
    public static final OpDefinition DEFINITION = OpDefinition.named("silu_mul", 1)
            .formula("out[i] = gate[i] / (1 + exp(-gate[i])) * up[i]")
            .axes("n")
            .input("gate", "n")
            .input("up", "n")
            .output("out", "n")
            .require("n <= 2147483647")
            .flops("5 * n")
            .accuracy(13, "0")
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("n", SiluMul::computeElement)
            .build();

    private SiluMul() {}

    private static void computeElement(ReferenceCall call, long i) {
        double gate = call.input(0).get(i);
        double up = call.input(1).get(i);
        double value = gate / (1 + Math.exp(-gate)) * up;
        double magnitude = Math.abs(value) * (1 + Math.max(0, -gate)) + Math.abs(gate * up) * RANGE_LOSS;
        call.put(0, i, value, magnitude);
    }
}
