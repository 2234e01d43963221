package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code argmax}: the column of the greatest element of each row; of several equal ones, the lowest column.
 *
 * <p>Shapes: {@code x[rows, cols] -> out[rows]} of {@code i32}; {@code cols} is at least 1. Exact.
 *
 * <p>NaN is greater than everything, so that the first NaN of a row wins, and the two zeros are equal. Matches
 * {@code numpy.argmax}; {@code torch.argmax} treats NaN the same but promises no order among equals.
 */
public final class ArgMax {
    /** The definition. */
    public static final OpDefinition DEFINITION = OpDefinition.named("argmax", 1)
            .formula("out[r] = the lowest c with x[r, c] == max_c(x[r, c]), where NaN is greater than every number")
            .axes("rows", "cols")
            .input("x", "rows", "cols")
            .indexOutput("out", "rows")
            .require("cols >= 1")
            .require("max(rows, cols) <= 2147483647")
            .flops("rows * cols")
            .exact()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO,
                    SpecialValue.SUBNORMAL, SpecialValue.NEAR_MAX)
            .reference("rows", ArgMax::computeRow)
            .build();

    private ArgMax() {}

    private static void computeRow(ReferenceCall call, long row) {
        Elements x = call.input(0);
        int cols = call.axis(1);
        int best = 0;
        double max = x.get(row * cols);
        for (int c = 1; c < cols && !Double.isNaN(max); c++) {
            double value = x.get(row * cols + c);
            if (value > max || Double.isNaN(value)) {
                best = c;
                max = value;
            }
        }
        call.put(0, row, best);
    }
}
