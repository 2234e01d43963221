package dev.kernelwright.tuning.fake;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.SpecialValue;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;

/** The ops that the tests tune. */
public final class TestOps {
    /** {@code y[r, c] = factor * x[r, c] + b[c]}. */
    public static final OpDefinition SCALE_ADD = OpDefinition.named("scale_add", 1)
            .formula("y[r, c] = factor * x[r, c] + b[c]")
            .axes("rows", "cols")
            .attribute("factor", 2)
            .input("x", "rows", "cols")
            .input("b", "cols")
            .output("y", "rows", "cols")
            .flops("2 * rows * cols")
            .accuracy(8, "0")
            .exactOnIntegers()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("rows", (call, row) -> {
                int cols = call.axis(1);
                for (long c = 0; c < cols; c++) {
                    double scaled = call.attribute("factor") * call.input(0).get(row * cols + c);
                    double added = call.input(1).get(c);
                    call.put(0, row * cols + c, scaled + added, Math.abs(scaled) + Math.abs(added));
                }
            })
            .build();

    /** {@code out[r, c] = table[index[r], c]} and {@code where[r] = index[r] + 1}. */
    public static final OpDefinition GATHER = OpDefinition.named("gather", 1)
            .formula("out[r, c] = table[index[r], c], where[r] = index[r] + 1")
            .axes("rows", "entries", "cols")
            .input("table", "entries", "cols")
            .indexInput("index", "entries", "rows")
            .output("out", "rows", "cols")
            .indexOutput("where", "rows")
            .flops("0")
            .exact()
            .reference("rows", (call, row) -> {
                int cols = call.axis(2);
                int entry = (int) call.input(1).get(row);
                for (long c = 0; c < cols; c++) {
                    call.put(0, row * cols + c, call.input(0).get((long) entry * cols + c));
                }
                call.put(1, row, entry + 1.0);
            })
            .build();

    private TestOps() {}

    /** Returns a small workload of one shape. */
    public static Workload fixed() {
        return SCALE_ADD.workload(DType.F32).axis("rows", 8).axis("cols", 64).build();
    }

    /** Returns the same with a range of rows. */
    public static Workload ranged() {
        return SCALE_ADD.workload(DType.F32).axis("rows", 1, 8).axis("cols", 64).build();
    }

    /** Returns a workload with integers. */
    public static Workload gather() {
        return GATHER.workload(DType.F32).axis("rows", 8).axis("entries", 40).axis("cols", 16).build();
    }
}
