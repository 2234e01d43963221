package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import java.lang.foreign.MemorySegment;

/** {@code softmax}: the maximum, the exponentials and their sum, the division. */
final class SoftmaxBaseline {
    private SoftmaxBaseline() {}

    static Baseline of(KernelSignature signature) {
        return Blocks.overRows(signature, "cols",
                (args, row, axes) -> softmax(args.segment(0), args.segment(1), row, (int) axes[1]));
    }

    private static void softmax(MemorySegment x, MemorySegment out, long row, int cols) {
        long start = row * cols;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < cols; i++) {
            max = Math.max(max, x.getAtIndex(JAVA_FLOAT, start + i));
        }
        double sum = 0;
        for (int i = 0; i < cols; i++) {
            double exponential = Math.exp((double) x.getAtIndex(JAVA_FLOAT, start + i) - max);
            sum += exponential;
            out.setAtIndex(JAVA_FLOAT, start + i, (float) exponential);
        }
        for (int i = 0; i < cols; i++) {
            out.setAtIndex(JAVA_FLOAT, start + i, (float) (out.getAtIndex(JAVA_FLOAT, start + i) / sum));
        }
    }
}
