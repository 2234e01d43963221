package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.KernelSignature;
import java.lang.foreign.MemorySegment;

/** {@code matmul}: a block is a part of a row of the product. */
final class MatmulBaseline {
    private static final int COLUMNS = 512;

    private MatmulBaseline() {}

    static Baseline of(KernelSignature signature) {
        boolean transposed = signature.attributes().getOrDefault("transpose_b", 0.0) != 0;
        return new Baseline("m * ceil_div(n, " + COLUMNS + ")", (block, arguments) -> {
            long n = arguments.axes()[1];
            long k = arguments.axes()[2];
            long parts = Math.ceilDiv(n, COLUMNS);
            long row = block / parts;
            long first = block % parts * COLUMNS;
            long end = Math.min(n, first + COLUMNS);
            if (transposed) {
                dotProducts(arguments.segment(0), arguments.segment(1), arguments.segment(2), row, first, end, n, k);
            } else {
                sumOfRows(arguments.segment(0), arguments.segment(1), arguments.segment(2), row, first, end, n, k);
            }
        });
    }

    /** Rows of a and rows of b: both lie in order. */
    private static void dotProducts(MemorySegment a, MemorySegment b, MemorySegment out, long row, long first, long end,
            long n, long k) {
        for (long column = first; column < end; column++) {
            double sum = 0;
            for (long i = 0; i < k; i++) {
                sum += (double) a.getAtIndex(JAVA_FLOAT, row * k + i) * b.getAtIndex(JAVA_FLOAT, column * k + i);
            }
            out.setAtIndex(JAVA_FLOAT, row * n + column, (float) sum);
        }
    }

    /** The rows of b weighted by a row of a, summed in place, since the columns of b do not lie in order. */
    private static void sumOfRows(MemorySegment a, MemorySegment b, MemorySegment out, long row, long first, long end,
            long n, long k) {
        for (long column = first; column < end; column++) {
            out.setAtIndex(JAVA_FLOAT, row * n + column, 0);
        }
        for (long i = 0; i < k; i++) {
            float weight = a.getAtIndex(JAVA_FLOAT, row * k + i);
            for (long column = first; column < end; column++) {
                out.setAtIndex(JAVA_FLOAT, row * n + column, out.getAtIndex(JAVA_FLOAT, row * n + column)
                        + weight * b.getAtIndex(JAVA_FLOAT, i * n + column));
            }
        }
    }
}
