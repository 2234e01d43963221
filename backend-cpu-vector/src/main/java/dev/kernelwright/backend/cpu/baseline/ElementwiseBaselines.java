package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;

/** The ops that treat {@code n} elements one by one; a loop for each, so that HotSpot knows what is in it. */
final class ElementwiseBaselines {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private ElementwiseBaselines() {}

    static Baseline add() {
        return Blocks.overElements((s, first, count) -> {
            for (int i = 0; i < count; i++) {
                float sum = s[0].getAtIndex(JAVA_FLOAT, first + i) + s[1].getAtIndex(JAVA_FLOAT, first + i);
                s[2].setAtIndex(JAVA_FLOAT, first + i, sum);
            }
        });
    }

    static Baseline mul() {
        return Blocks.overElements((s, first, count) -> {
            for (int i = 0; i < count; i++) {
                float product = s[0].getAtIndex(JAVA_FLOAT, first + i) * s[1].getAtIndex(JAVA_FLOAT, first + i);
                s[2].setAtIndex(JAVA_FLOAT, first + i, product);
            }
        });
    }

    static Baseline siluMul() {
        return Blocks.overElements((s, first, count) -> {
            for (int i = 0; i < count; i++) {
                double gate = s[0].getAtIndex(JAVA_FLOAT, first + i);
                double up = s[1].getAtIndex(JAVA_FLOAT, first + i);
                s[2].setAtIndex(JAVA_FLOAT, first + i, (float) (gate / (1 + Math.exp(-gate)) * up));
            }
        });
    }

    static Baseline gelu() {
        return Blocks.overElements((s, first, count) -> {
            for (int i = 0; i < count; i++) {
                double x = s[0].getAtIndex(JAVA_FLOAT, first + i);
                double tanh = Math.tanh(SQRT_2_OVER_PI * (x + 0.044715 * x * x * x));
                s[1].setAtIndex(JAVA_FLOAT, first + i, (float) (0.5 * x * (1 + tanh)));
            }
        });
    }
}
