package dev.kernelwright.op.standard;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code mul}: the element-wise product, {@code out[i] = a[i] * b[i]}.
 *
 * <p>Shapes: {@code a[n], b[n] -> out[n]}. Matches {@code torch.mul} and ONNX {@code Mul} on equal shapes.
 *
 * <p>Accuracy: one rounding.
 */
public final class Mul {
    /** The definition. */
    public static final OpDefinition DEFINITION = OpDefinition.named("mul", 1)
            .formula("out[i] = a[i] * b[i]")
            .axes("n")
            .input("a", "n")
            .input("b", "n")
            .output("out", "n")
            .require("n <= 2147483647")
            .flops("n")
            .accuracy(1, "0")
            .exactOnIntegers()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO,
                    SpecialValue.SUBNORMAL, SpecialValue.NEAR_MAX)
            .reference("n", (call, i) -> call.put(0, i, call.input(0).get(i) * call.input(1).get(i)))
            .build();

    private Mul() {}
}
