package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.LaunchArguments;
import java.lang.foreign.MemorySegment;

/** {@code layer_norm}: three passes over a row, in double, so that a large mean does no harm. */
final class LayerNormBaseline {
    private LayerNormBaseline() {}

    static Baseline of(KernelSignature signature) {
        double eps = signature.attributes().getOrDefault("eps", 0.0);
        return Blocks.overRows(signature, "cols", (args, row, axes) -> normalize(args, row, (int) axes[1], eps));
    }

    private static void normalize(LaunchArguments args, long row, int cols, double eps) {
        MemorySegment x = args.segment(0);
        MemorySegment weight = args.segment(1);
        MemorySegment bias = args.segment(2);
        MemorySegment out = args.segment(3);
        long start = row * cols;
        double sum = 0;
        for (int i = 0; i < cols; i++) {
            sum += x.getAtIndex(JAVA_FLOAT, start + i);
        }
        double mean = sum / cols;
        double squares = 0;
        for (int i = 0; i < cols; i++) {
            double difference = x.getAtIndex(JAVA_FLOAT, start + i) - mean;
            squares += difference * difference;
        }
        double factor = 1 / Math.sqrt(squares / cols + eps);
        for (int i = 0; i < cols; i++) {
            double normalized = (x.getAtIndex(JAVA_FLOAT, start + i) - mean) * factor;
            out.setAtIndex(JAVA_FLOAT, start + i, (float) (normalized * weight.getAtIndex(JAVA_FLOAT, i)
                    + bias.getAtIndex(JAVA_FLOAT, i)));
        }
    }
}
