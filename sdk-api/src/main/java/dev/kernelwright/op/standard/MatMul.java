package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;

/**
 * The op {@code matmul}: the product of two matrices, {@code out[i, j] = sum_p a[i, p] * b[p, j]}, or with
 * {@code b[j, p]} if {@code transpose_b} is 1.
 *
 * <p>Shapes: {@code a[m, k], b[k, n] -> out[m, n]}, or {@code b[n, k]} if {@code transpose_b} is 1, which is how a
 * linear layer's weights are stored. Matches {@code torch.matmul(a, b)} and {@code torch.nn.functional.linear(a, b)}
 * respectively, with products and sums in f32 or better, not in TF32 unless the workload allows it. With {@code k = 0} the result is zeros.
 *
 * <p>Accuracy: a rounding for the product and the bound of a sum of k terms. The magnitude is the sum of |a| |b|.
 */
public final class MatMul {
    private static final int ROWS = 8;

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
            .exactOnIntegers()
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("ceil_div(m, " + ROWS + ")", MatMul::computeRows)
            .build();

    private MatMul() {}

    /** Some rows together, so that b is read once for all of them. */
    private static void computeRows(ReferenceCall call, long unit) {
        int n = call.axis(1);
        int k = call.axis(2);
        int first = Math.toIntExact(unit * ROWS);
        int rows = Math.min(ROWS, call.axis(0) - first);
        double[][] a = new double[rows][k];
        double[][] sums = new double[rows][n];
        double[][] magnitudes = new double[rows][n];
        for (int r = 0; r < rows; r++) {
            read(call.input(0), (long) (first + r) * k, a[r]);
        }
        if (call.flag("transpose_b")) {
            addDotProducts(a, call.input(1), sums, magnitudes);
        } else {
            addScaledRows(a, call.input(1), sums, magnitudes);
        }
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < n; j++) {
                call.put(0, (long) (first + r) * n + j, sums[r][j], magnitudes[r][j]);
            }
        }
    }

    private static void read(Elements elements, long start, double[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = elements.get(start + i);
        }
    }

    /** For {@code b[n, k]}: each row of b gives a column of the result. */
    private static void addDotProducts(double[][] a, Elements b, double[][] sums, double[][] magnitudes) {
        int k = a[0].length;
        double[] column = new double[k];
        for (int j = 0; j < sums[0].length; j++) {
            read(b, (long) j * k, column);
            for (int r = 0; r < a.length; r++) {
                double sum = 0;
                double magnitude = 0;
                for (int p = 0; p < k; p++) {
                    double product = a[r][p] * column[p];
                    sum += product;
                    magnitude += Math.abs(product);
                }
                sums[r][j] = sum;
                magnitudes[r][j] = magnitude;
            }
        }
    }

    /** For {@code b[k, n]}: each row of b, scaled, is added to the rows of the result. */
    private static void addScaledRows(double[][] a, Elements b, double[][] sums, double[][] magnitudes) {
        double[] row = new double[sums[0].length];
        for (int p = 0; p < a[0].length; p++) {
            read(b, (long) p * row.length, row);
            for (int r = 0; r < a.length; r++) {
                addScaled(a[r][p], row, sums[r], magnitudes[r]);
            }
        }
    }

    private static void addScaled(double factor, double[] row, double[] sums, double[] magnitudes) {
        for (int j = 0; j < row.length; j++) {
            double product = factor * row[j];
            sums[j] += product;
            magnitudes[j] += Math.abs(product);
        }
    }
}
