package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import java.lang.foreign.MemorySegment;

/** {@code rms_norm}: two passes over a row. */
final class RmsNormBaseline {
    private RmsNormBaseline() {}

    static Baseline of(KernelSignature signature) {
        double eps = signature.attributes().getOrDefault("eps", 0.0);
        return Blocks.overRows(signature, "cols",
                (args, row, axes) -> normalize(args.segment(0), args.segment(1), args.segment(2), row, (int) axes[1],
                        eps));
    }

    private static void normalize(MemorySegment x, MemorySegment weight, MemorySegment out, long row, int cols,
            double eps) {
        long start = row * cols;
        double squares = 0;
        for (int i = 0; i < cols; i++) {
            double value = x.getAtIndex(JAVA_FLOAT, start + i);
            squares += value * value;
        }
        float factor = (float) (1 / Math.sqrt(squares / cols + eps));
        for (int i = 0; i < cols; i++) {
            float scaled = x.getAtIndex(JAVA_FLOAT, start + i) * factor;
            out.setAtIndex(JAVA_FLOAT, start + i, scaled * weight.getAtIndex(JAVA_FLOAT, i));
        }
    }
}
