package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import java.lang.foreign.MemorySegment;

/** The ops that make one element of a row: {@code sum} and {@code argmax}. */
final class ReductionBaselines {
    private ReductionBaselines() {}

    static Baseline sum(KernelSignature signature) {
        return Blocks.overRows(signature, "cols",
                (args, row, axes) -> args.segment(1).setAtIndex(JAVA_FLOAT, row,
                        (float) sum(args.segment(0), row, (int) axes[1])));
    }

    private static double sum(MemorySegment x, long row, int cols) {
        double sum = 0;
        for (int i = 0; i < cols; i++) {
            sum += x.getAtIndex(JAVA_FLOAT, row * cols + i);
        }
        return sum;
    }

    static Baseline argMax(KernelSignature signature) {
        return Blocks.overRows(signature, "cols",
                (args, row, axes) -> args.segment(1).setAtIndex(JAVA_INT, row,
                        indexOfMax(args.segment(0), row, (int) axes[1])));
    }

    /** The first NaN, which is greater than every number, or else the first of the greatest. */
    private static int indexOfMax(MemorySegment x, long row, int cols) {
        int best = 0;
        float max = x.getAtIndex(JAVA_FLOAT, row * cols);
        for (int i = 1; i < cols && !Float.isNaN(max); i++) {
            float value = x.getAtIndex(JAVA_FLOAT, row * cols + i);
            if (value > max || Float.isNaN(value)) {
                best = i;
                max = value;
            }
        }
        return best;
    }
}
