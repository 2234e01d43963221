package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code rope}: rotary position embedding. Each pair (x1, x2) of a head is turned by an angle whose cosine c and
 * sine s stand in tables, at the row's position and the pair's number: {@code (x1 * c - x2 * s, x2 * c + x1 * s)}.
 *
 * <p>Shapes: {@code x[rows, heads, head_dim], cos[positions, head_dim / 2], sin[positions, head_dim / 2],
 * position[rows]} of {@code i32} {@code -> out[rows, heads, head_dim]}; {@code head_dim} is even and {@code positions}
 * at least 1. Pair i is the elements {@code i} and {@code i + head_dim / 2} if {@code interleaved} is 0, as in GPT-NeoX
 * and Hugging Face's Llama, and {@code 2 * i} and {@code 2 * i + 1} if it is 1, as in GPT-J and llama2.c. Source: Su et
 * al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", 2021, arXiv:2104.09864, equation 34.
 *
 * <p>Accuracy: two roundings, of a product and of the sum; the magnitude is the sum of the two products' absolute
 * values.
 */
public final class Rope {
    /** The definition; of the tables, {@code bytes} counts the rows that can be touched. */
    public static final OpDefinition DEFINITION = OpDefinition.named("rope", 1)
            .formula("(out[r, h, i1], out[r, h, i2]) = (x1 * c - x2 * s, x2 * c + x1 * s) with x1 = x[r, h, i1],"
                    + " x2 = x[r, h, i2], c = cos[position[r], i], s = sin[position[r], i], for i < head_dim / 2, where"
                    + " (i1, i2) = (i, i + head_dim / 2) if interleaved is 0 and (2 * i, 2 * i + 1) if it is 1")
            .axes("rows", "heads", "head_dim", "positions")
            .attribute("interleaved", 0)
            .input("x", "rows", "heads", "head_dim")
            .input("cos", "positions", "head_dim / 2")
            .input("sin", "positions", "head_dim / 2")
            .indexInput("position", "positions", "rows")
            .output("out", "rows", "heads", "head_dim")
            .require("interleaved == 0 || interleaved == 1")
            .require("head_dim % 2 == 0")
            .require("positions >= 1")
            .require("max(rows, heads, head_dim, positions) <= 2147483647")
            .flops("3 * rows * heads * head_dim")
            .bytes("4 * (2 * rows * heads * head_dim + min(rows, positions) * head_dim + rows)")
            .accuracy(2, "0")
            .exactOnIntegers()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("rows * heads", Rope::computeHead)
            .build();

    private Rope() {}

    private static void computeHead(ReferenceCall call, long unit) {
        int heads = call.axis(1);
        int headDim = call.axis(2);
        int pairs = headDim / 2;
        boolean interleaved = call.flag("interleaved");
        long start = unit * headDim;
        long position = (long) call.input(3).get(unit / heads);
        long angles = position * pairs;
        for (int i = 0; i < pairs; i++) {
            long first = start + (interleaved ? 2 * i : i);
            long second = interleaved ? first + 1 : first + pairs;
            turn(call, first, second, call.input(1).get(angles + i), call.input(2).get(angles + i));
        }
    }

    private static void turn(ReferenceCall call, long first, long second, double cos, double sin) {
        Elements x = call.input(0);
        double x1 = x.get(first);
        double x2 = x.get(second);
        call.put(0, first, x1 * cos - x2 * sin, Math.abs(x1 * cos) + Math.abs(x2 * sin));
        call.put(0, second, x2 * cos + x1 * sin, Math.abs(x2 * cos) + Math.abs(x1 * sin));
    }
}
