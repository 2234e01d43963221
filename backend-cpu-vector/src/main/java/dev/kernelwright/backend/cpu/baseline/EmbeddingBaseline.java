package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** {@code embedding}: a row is a copy of a row of the table. */
final class EmbeddingBaseline {
    private EmbeddingBaseline() {}

    static Baseline of(KernelSignature signature) {
        return Blocks.overRows(signature, "dim", (args, row, axes) -> {
            int id = Objects.checkIndex(args.segment(0).getAtIndex(JAVA_INT, row), (int) axes[1]);
            long rowBytes = Float.BYTES * axes[2];
            MemorySegment.copy(args.segment(1), id * rowBytes, args.segment(2), row * rowBytes, rowBytes);
        });
    }
}
