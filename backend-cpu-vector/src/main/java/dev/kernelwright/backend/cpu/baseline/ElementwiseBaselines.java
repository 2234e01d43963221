package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import java.lang.foreign.MemorySegment;

/** The ops that treat {@code n} elements one by one; a loop for each, so that HotSpot knows what is in it. */
final class ElementwiseBaselines {
    private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

    private ElementwiseBaselines() {}

    static Baseline add() {
        return Blocks.overElements((args, first, count) -> {
            MemorySegment a = args.segment(0);
            MemorySegment b = args.segment(1);
            MemorySegment out = args.segment(2);
            for (int i = 0; i < count; i++) {
                float sum = a.getAtIndex(JAVA_FLOAT, first + i) + b.getAtIndex(JAVA_FLOAT, first + i);
                out.setAtIndex(JAVA_FLOAT, first + i, sum);
            }
        });
    }

    static Baseline mul() {
        return Blocks.overElements((args, first, count) -> {
            MemorySegment a = args.segment(0);
            MemorySegment b = args.segment(1);
            MemorySegment out = args.segment(2);
            for (int i = 0; i < count; i++) {
                float product = a.getAtIndex(JAVA_FLOAT, first + i) * b.getAtIndex(JAVA_FLOAT, first + i);
                out.setAtIndex(JAVA_FLOAT, first + i, product);
            }
        });
    }

    static Baseline siluMul() {
        return Blocks.overElements((args, first, count) -> {
            MemorySegment gates = args.segment(0);
            MemorySegment ups = args.segment(1);
            MemorySegment out = args.segment(2);
            for (int i = 0; i < count; i++) {
                double gate = gates.getAtIndex(JAVA_FLOAT, first + i);
                double up = ups.getAtIndex(JAVA_FLOAT, first + i);
                out.setAtIndex(JAVA_FLOAT, first + i, (float) (gate / (1 + Math.exp(-gate)) * up));
            }
        });
    }

    static Baseline gelu() {
        return Blocks.overElements((args, first, count) -> {
            MemorySegment x = args.segment(0);
            MemorySegment out = args.segment(1);
            for (int i = 0; i < count; i++) {
                double value = x.getAtIndex(JAVA_FLOAT, first + i);
                double tanh = Math.tanh(SQRT_2_OVER_PI * (value + 0.044715 * value * value * value));
                out.setAtIndex(JAVA_FLOAT, first + i, (float) (0.5 * value * (1 + tanh)));
            }
        });
    }
}
