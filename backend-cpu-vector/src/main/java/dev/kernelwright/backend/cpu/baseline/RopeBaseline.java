package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.LaunchArguments;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@code rope}: the heads of a row one after the other. */
final class RopeBaseline {
    private RopeBaseline() {}

    static Baseline of(KernelSignature signature) {
        boolean interleaved = signature.attributes().getOrDefault("interleaved", 0.0) != 0;
        return Blocks.overRows(signature, "heads * head_dim", (args, row, axes) -> {
            int pairs = (int) axes[2] / 2;
            int position = Objects.checkIndex(args.segment(3).getAtIndex(JAVA_INT, row), (int) axes[3]);
            for (long head = row * axes[1]; head < (row + 1) * axes[1]; head++) {
                turn(args, head * axes[2], (long) position * pairs, pairs, interleaved);
            }
        });
    }

    private static void turn(LaunchArguments args, long start, long angles, int pairs, boolean interleaved) {
        MemorySegment x = args.segment(0);
        MemorySegment cosines = args.segment(1);
        MemorySegment sines = args.segment(2);
        MemorySegment out = args.segment(4);
        for (int i = 0; i < pairs; i++) {
            long first = start + (interleaved ? 2L * i : i);
            long second = interleaved ? first + 1 : first + pairs;
            double cos = cosines.getAtIndex(JAVA_FLOAT, angles + i);
            double sin = sines.getAtIndex(JAVA_FLOAT, angles + i);
            double x1 = x.getAtIndex(JAVA_FLOAT, first);
            double x2 = x.getAtIndex(JAVA_FLOAT, second);
            out.setAtIndex(JAVA_FLOAT, first, (float) (x1 * cos - x2 * sin));
            out.setAtIndex(JAVA_FLOAT, second, (float) (x2 * cos + x1 * sin));
        }
    }
}
