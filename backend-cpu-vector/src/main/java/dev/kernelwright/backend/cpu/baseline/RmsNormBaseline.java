package dev.kernelwright.backend.cpu.baseline;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@code rms_norm}: a block is a row. */
final class RmsNormBaseline {
    private RmsNormBaseline() {
    }

    static Baseline of(KernelSignature signature) {
        double eps = signature.attributes().getOrDefault("eps", 0.0);
        return new Baseline("rows", (block, arguments) -> {
            MemorySegment[] s = arguments.segments();
            row(s[0], s[1], s[2], block, (int) arguments.axes()[1], eps);
        });
    }

    private static void row(MemorySegment x, MemorySegment weight, MemorySegment out, int row, int cols, double eps) {
        long start = (long) row * cols;
        double squares = 0;
        for (int i = 0; i < cols; i++) {
            float value = x.getAtIndex(ValueLayout.JAVA_FLOAT, start + i);
            squares += value * value;
        }
        float scale = (float) (1 / Math.sqrt(squares / cols + eps));
        for (int i = 0; i < cols; i++) {
            out.setAtIndex(ValueLayout.JAVA_FLOAT, start + i, x.getAtIndex(ValueLayout.JAVA_FLOAT, start + i) * scale
                    * weight.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
    }
}
