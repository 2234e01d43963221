package dev.kernelwright.backend.cpu.baseline;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.LaunchArguments;

/** Divides the work of baselines into blocks of about {@value #ELEMENTS} elements: some microseconds for one thread. */
final class Blocks {
    static final int ELEMENTS = 16 * 1024;

    private Blocks() {}

    /** Computes some elements that lie one after the other. */
    @FunctionalInterface
    interface RangeBody {
        void run(LaunchArguments args, long first, int count);
    }

    /** Computes a row. */
    @FunctionalInterface
    interface RowBody {
        void run(LaunchArguments args, long row, long[] axes);
    }

    /** Returns the baseline of an op whose first axis, {@code n}, counts elements that have nothing to do with each other. */
    static Baseline overElements(RangeBody body) {
        return new Baseline("ceil_div(n, " + ELEMENTS + ")", (block, arguments) -> {
            long first = (long) block * ELEMENTS;
            body.run(arguments, first, (int) Math.min(ELEMENTS, arguments.axes()[0] - first));
        });
    }

    /**
     * Returns the baseline of an op whose first axis, {@code rows}, counts rows that have nothing to do with each other.
     *
     * @param elements the size of a row, an expression over the axes
     */
    static Baseline overRows(KernelSignature signature, String elements, RowBody body) {
        String rowsOfBlock = "max(1, " + ELEMENTS + " / max(1, " + elements + "))";
        Expression.Compiled rows = Expression.parse(rowsOfBlock).compile(signature.axisNames());
        return new Baseline("ceil_div(rows, " + rowsOfBlock + ")", (block, arguments) -> {
            long[] axes = arguments.axes();
            long count = rows.evaluate(axes);
            long end = Math.min(axes[0], (block + 1) * count);
            for (long row = block * count; row < end; row++) {
                body.run(arguments, row, axes);
            }
        });
    }
}
