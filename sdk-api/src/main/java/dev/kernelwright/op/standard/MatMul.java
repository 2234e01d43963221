package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;

/**
 * The op {@code matmul}: the product of two matrices, {@code out[i, j] = sum_p a[i, p] * b[p, j]}, or with
 * {@code b[j, p]} if {@code transpose_b} is 1.
 *
 * <p>Shapes: {@code a[m, k], b[k, n] -> out[m, n]}, or {@code b[n, k]} if {@code transpose_b} is 1, which is how a
 * linear layer's weights are stored. Matches {@code torch.matmul(a, b)} and {@code torch.nn.functional.linear(a, b)}
 * respectively, with products and sums in f32 or better, not in TF32. With {@code k = 0} the result is zeros.
 *
 * <p>Accuracy: a rounding for the product and the bound of a sum of k terms. The magnitude is the sum of |a| |b|.
 */
public final class MatMul {
    /** The definition. */
    public static final OpDefinition DEFINITION = OpDefinition.named("matmul", 1)
            .formula("out[i, j] = sum_p(a[i, p] * b[p, j]), or b[j, p] in place of b[p, j] if transpose_b is 1")
            .axes("m", "n", "k")
            .attribute("transpose_b", 0)
            .input("a", "m", "k")
            .input("b", "select(transpose_b, n, k)", "select(transpose_b, k, n)")
            .output("out", "m", "n")
            .require("transpose_b == 0 || transpose_b == 1")
            .require("max(m, n, k) <= 2147483647")
            .flops("2 * m * n * k")
            .accuracy(1, "k")
            .reference("m", MatMul::computeRow)
            .build();

    private MatMul() {}

    private static void computeRow(ReferenceCall call, long row) {
        int n = call.axis(1);
        int k = call.axis(2);
        double[] a = new double[k];
        for (int p = 0; p < k; p++) {
            a[p] = call.input(0).get(row * k + p);
        }
        double[] sums = new double[n];
        double[] magnitudes = new double[n];
        if (call.flag("transpose_b")) {
            addDotProducts(a, call.input(1), sums, magnitudes);
        } else {
            addScaledRows(a, call.input(1), sums, magnitudes);
        }
        for (int j = 0; j < n; j++) {
            call.put(0, row * n + j, sums[j], magnitudes[j]);
        }
    }

    /** For {@code b[n, k]}: one dot product per row of b, so that b is read in its own order. */
    private static void addDotProducts(double[] a, Elements b, double[] sums, double[] magnitudes) {
        for (int j = 0; j < sums.length; j++) {
            long start = (long) j * a.length;
            double sum = 0;
            double magnitude = 0;
            for (int p = 0; p < a.length; p++) {
                double product = a[p] * b.get(start + p);
                sum += product;
                magnitude += Math.abs(product);
            }
            sums[j] = sum;
            magnitudes[j] = magnitude;
        }
    }

    /** For {@code b[k, n]}: each row of b, scaled, is added to the result, so that b is read in its own order. */
    private static void addScaledRows(double[] a, Elements b, double[] sums, double[] magnitudes) {
        for (int p = 0; p < a.length; p++) {
            long start = (long) p * sums.length;
            for (int j = 0; j < sums.length; j++) {
                double product = a[p] * b.get(start + j);
                sums[j] += product;
                magnitudes[j] += Math.abs(product);
            }
        }
    }
}
