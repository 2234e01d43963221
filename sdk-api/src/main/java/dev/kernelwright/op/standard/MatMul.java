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
    private static final int COLUMNS = 128;
    /** How many rows of b are held at a time, which with their sums fit a core's cache. */
    private static final int DEPTH = 128;
    private static final int READ_TOGETHER = 8;
    private static final int ADDED_TOGETHER = 4;

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
            .reference("ceil_div(m, " + ROWS + ") * ceil_div(n, " + COLUMNS + ")", MatMul::computeTile)
            .unitsTogether("max(1, ceil_div(n, " + COLUMNS + "))")
            .build();

    private MatMul() {}

    /** Some rows together, so that b is read once for all of them, and as many columns as stay in a cache. */
    private static void computeTile(ReferenceCall call, long unit) {
        int n = call.axis(1);
        int k = call.axis(2);
        int tiles = Math.ceilDiv(n, COLUMNS);
        int firstRow = Math.toIntExact(unit / tiles * ROWS);
        int rows = Math.min(ROWS, call.axis(0) - firstRow);
        int firstColumn = Math.toIntExact(unit % tiles * COLUMNS);
        int columns = Math.min(COLUMNS, n - firstColumn);
        boolean transposed = call.flag("transpose_b");
        double[][] a = new double[rows][k];
        double[][] b = new double[DEPTH][columns];
        double[][] sums = new double[rows][columns];
        double[][] magnitudes = new double[rows][columns];
        for (int r = 0; r < rows; r++) {
            call.input(0).read((long) (firstRow + r) * k, a[r]);
        }
        for (int from = 0; from < k; from += DEPTH) {
            int depth = Math.min(DEPTH, k - from);
            if (transposed) {
                readTransposed(call.input(1), k, firstColumn, from, depth, b);
            } else {
                for (int p = 0; p < depth; p++) {
                    call.input(1).read((long) (from + p) * n + firstColumn, b[p]);
                }
            }
            for (int p = 0; p < depth; p += ADDED_TOGETHER) {
                for (int r = 0; r < rows; r++) {
                    addScaled(a[r], from + p, b, p, Math.min(ADDED_TOGETHER, depth - p), sums[r], magnitudes[r]);
                }
            }
        }
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < columns; j++) {
                call.put(0, (long) (firstRow + r) * n + firstColumn + j, sums[r][j], magnitudes[r][j]);
            }
        }
    }

    /** For {@code b[n, k]}: each of its rows gives a column. Some together, so that a row is written in stretches. */
    private static void readTransposed(Elements elements, int k, int firstColumn, int from, int depth, double[][] b) {
        int columns = b[0].length;
        double[][] read = new double[READ_TOGETHER][depth];
        for (int j = 0; j < columns; j += READ_TOGETHER) {
            int count = Math.min(READ_TOGETHER, columns - j);
            for (int c = 0; c < count; c++) {
                elements.read((long) (firstColumn + j + c) * k + from, read[c]);
            }
            for (int p = 0; p < depth; p++) {
                double[] row = b[p];
                for (int c = 0; c < count; c++) {
                    row[j + c] = read[c][p];
                }
            }
        }
    }

    /** Adds some rows of b, each scaled by an element of a, in their order; four with one look at the sums. */
    private static void addScaled(double[] a, int first, double[][] b, int p, int count, double[] sums,
            double[] magnitudes) {
        if (count == ADDED_TOGETHER) {
            addFour(a[first], b[p], a[first + 1], b[p + 1], a[first + 2], b[p + 2], a[first + 3], b[p + 3], sums,
                    magnitudes);
            return;
        }
        for (int i = 0; i < count; i++) {
            addOne(a[first + i], b[p + i], sums, magnitudes);
        }
    }

    private static void addFour(double factor0, double[] row0, double factor1, double[] row1, double factor2,
            double[] row2, double factor3, double[] row3, double[] sums, double[] magnitudes) {
        for (int j = 0; j < sums.length; j++) {
            double product0 = factor0 * row0[j];
            double product1 = factor1 * row1[j];
            double product2 = factor2 * row2[j];
            double product3 = factor3 * row3[j];
            sums[j] = sums[j] + product0 + product1 + product2 + product3;
            magnitudes[j] = magnitudes[j] + Math.abs(product0) + Math.abs(product1) + Math.abs(product2)
                    + Math.abs(product3);
        }
    }

    private static void addOne(double factor, double[] row, double[] sums, double[] magnitudes) {
        for (int j = 0; j < sums.length; j++) {
            double product = factor * row[j];
            sums[j] += product;
            magnitudes[j] += Math.abs(product);
        }
    }
}
