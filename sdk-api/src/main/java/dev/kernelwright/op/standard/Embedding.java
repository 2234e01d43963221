package dev.kernelwright.op.standard;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code embedding}: rows of a table, {@code out[r, d] = table[ids[r], d]}.
 *
 * <p>Shapes: {@code ids[rows]} of {@code i32}{@code , table[vocab, dim] -> out[rows, dim]}; every id is from 0 to below
 * {@code vocab}, which is at least 1. Exact. Matches {@code torch.nn.functional.embedding} and ONNX {@code Gather} on
 * axis 0.
 */
public final class Embedding {
    /** The definition; of the table, {@code bytes} counts the rows that distinct ids touch. */
    public static final OpDefinition DEFINITION = OpDefinition.named("embedding", 1)
            .formula("out[r, d] = table[ids[r], d]")
            .axes("rows", "vocab", "dim")
            .indexInput("ids", "vocab", "rows")
            .input("table", "vocab", "dim")
            .output("out", "rows", "dim")
            .require("vocab >= 1")
            .require("max(rows, vocab, dim) <= 2147483647")
            .flops("0")
            .bytes("4 * (rows + min(rows, vocab) * dim + rows * dim)")
            .exact()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO,
                    SpecialValue.SUBNORMAL, SpecialValue.NEAR_MAX)
            .reference("rows", Embedding::computeRow)
            .build();

    private Embedding() {}

    private static void computeRow(ReferenceCall call, long row) {
        int dim = call.axis(2);
        long id = (long) call.input(0).get(row);
        for (int d = 0; d < dim; d++) {
            call.put(0, row * dim + d, call.input(1).get(id * dim + d));
        }
    }
}
