package dev.kernelwright.backend.cpu.baseline;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The ops on {@code n} elements one by one: {@code add}, {@code mul}, {@code silu_mul} and {@code gelu}. */
final class ElementwiseBaselines {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private ElementwiseBaselines() {
    }

    static Baseline add() {
        return binary((a, b) -> a + b);
    }

    static Baseline mul() {
        return binary((a, b) -> a * b);
    }

    static Baseline siluMul() {
        return binary((gate, up) -> (float) (gate / (1 + Math.exp(-gate)) * up));
    }

    static Baseline gelu() {
        return new Baseline(Blocks.GRID_OF_N, (block, arguments) -> {
            MemorySegment[] s = arguments.segments();
            long n = arguments.axes()[0];
            for (long i = Blocks.first(block); i < Blocks.end(block, n); i++) {
                double x = s[0].getAtIndex(ValueLayout.JAVA_FLOAT, i);
                double y = 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x)));
                s[1].setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) y);
            }
        });
    }

    @FunctionalInterface
    private interface Binary {
        float apply(float a, float b);
    }

    private static Baseline binary(Binary operation) {
        return new Baseline(Blocks.GRID_OF_N, (block, arguments) -> {
            MemorySegment[] s = arguments.segments();
            long n = arguments.axes()[0];
            for (long i = Blocks.first(block); i < Blocks.end(block, n); i++) {
                s[2].setAtIndex(ValueLayout.JAVA_FLOAT, i, operation.apply(
                        s[0].getAtIndex(ValueLayout.JAVA_FLOAT, i), s[1].getAtIndex(ValueLayout.JAVA_FLOAT, i)));
            }
        });
    }
}
