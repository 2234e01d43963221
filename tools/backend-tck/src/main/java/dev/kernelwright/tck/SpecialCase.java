package dev.kernelwright.tck;

import dev.kernelwright.op.Elements;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Inputs that kernels get wrong: infinities, NaN, ties, masks, large means, the ends of a type's range.
 *
 * @param name what is special
 * @param family the text with which the shape family that it belongs to begins
 * @param axes the shape
 * @param fill puts the values into a trial
 */
@SuppressWarnings("ArrayRecordComponent")
record SpecialCase(String name, String family, long[] axes, Consumer<KernelTrial> fill) {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final double NAN = Double.NaN;

    /** Returns those of a family in a type. */
    static List<SpecialCase> of(ShapeFamily family, DType dtype) {
        List<SpecialCase> cases = new ArrayList<>(all());
        if (dtype == DType.F32) {
            // In half types the row would be one of equal numbers.
            cases.add(new SpecialCase("a large mean", "layer_norm(rows=0..64", new long[]{1, 4101},
                    SpecialCase::fillLargeMean));
        }
        return cases.stream().filter(each -> family.text().startsWith(each.family)).toList();
    }

    private static List<SpecialCase> all() {
        List<SpecialCase> cases = new ArrayList<>();
        double[] ends = {0, -0.0, INF, -INF, NAN, 1e-40, -1e-40, 87.3, -87.3, 88.4, -88.4, 88.8, -88.8, 103, -103, 1e4,
                -1e4, 1e20, -1e20, 3e38, -3e38, 9, -9, 1e-6, -1e-6};
        for (String op : List.of("gelu(", "silu_mul(")) {
            // An odd number, so that some are computed by the tail.
            cases.add(new SpecialCase("the ends of the range", op, new long[]{5 * ends.length + 2}, trial -> {
                Elements x = trial.input(0);
                for (int i = 0; i < x.count(); i++) {
                    x.set(i, ends[i % ends.length]);
                }
                trial.setForeignNan(0, 2 * ends.length + 1);
            }));
        }
        for (int cols : new int[]{37, 8200}) {
            cases.add(new SpecialCase("masks, infinities and NaN", "softmax(rows=0..64", new long[]{8, cols},
                    SpecialCase::fillSoftmax));
        }
        for (int cols : new int[]{37, 33_000}) {
            cases.add(new SpecialCase("NaN and ties", "argmax(rows=0..64", new long[]{11, cols},
                    SpecialCase::fillArgMax));
        }
        cases.add(new SpecialCase("infinities and NaN", "sum(rows=0..64,cols=1", new long[]{4, 77}, trial -> {
            Elements x = trial.input(0);
            x.set(3, INF);
            x.set(77 + 76, INF);
            x.set(77 + 2, -INF);
            x.set(2 * 77 + 50, NAN);
        }));
        for (String op : List.of("rms_norm(rows=0..64", "layer_norm(rows=0..64")) {
            cases.add(new SpecialCase("zeros, infinities and NaN", op, new long[]{5, 77}, trial -> {
                trial.fill(0, 0, 77, 0);
                trial.fill(0, 77, 2 * 77, 3);
                trial.input(0).set(2 * 77 + 3, INF);
                trial.input(0).set(3 * 77 + 76, NAN);
            }));
        }
        addAttention(cases);
        return cases;
    }

    /** Row by row. */
    private static void fillSoftmax(KernelTrial trial) {
        long cols = trial.axes()[1];
        Elements x = trial.input(0);
        trial.fill(0, 0, cols, -INF);
        trial.fill(0, cols, 2 * cols - 3, -INF);
        x.set(2 * cols + 7, NAN);
        trial.setForeignNan(0, 3 * cols - 1);
        x.set(3 * cols + cols / 2, INF);
        trial.fill(0, 4 * cols, 5 * cols, NAN);
        trial.fill(0, 5 * cols, 6 * cols, 3e38);
        x.set(6 * cols + 1, 3e38);
        x.set(6 * cols + 2, -3e38);
        trial.fill(0, 7 * cols, 8 * cols, -INF);
        x.set(8 * cols - 1, -1e30);
    }

    /** NaN comes before all numbers, and then the lowest column counts; row by row. */
    private static void fillArgMax(KernelTrial trial) {
        long cols = trial.axes()[1];
        Elements x = trial.input(0);
        trial.fill(0, 0, cols, -INF);
        trial.fill(0, cols, 2 * cols, INF);
        trial.fill(0, 2 * cols, 3 * cols, NAN);
        trial.fill(0, 3 * cols, 4 * cols, -0.0);
        x.set(3 * cols + cols / 3, 0);
        trial.setForeignNan(0, 5 * cols - 3);
        x.set(5 * cols - 2, NAN);
        x.set(5 * cols + 7, INF);
        x.set(5 * cols + 5, -INF);
        x.set(6 * cols - 1, INF);
        x.set(6 * cols + cols / 3, 1e4);
        x.set(6 * cols + cols / 3 + 1, 1e4);
        x.set(7 * cols - 2, 1e4);
        trial.fill(0, 7 * cols, 8 * cols, -3e38);
        x.set(8 * cols - 1, 1);
        x.set(8 * cols, NAN);
        x.set(10 * cols - 1, NAN);
        trial.fill(0, 10 * cols, 11 * cols, 3e38);
        x.set(10 * cols + cols / 2, -INF);
    }

    private static void addAttention(List<SpecialCase> cases) {
        cases.add(new SpecialCase("a masked key and value of NaN", "attention(batch=1..2",
                new long[]{1, 20, 70, 4, 2, 24},
                trial -> {
                    // The last key and value are seen by the last query only.
                    trial.fill(1, 69 * 2 * 24, 70 * 2 * 24, NAN);
                    trial.fill(2, 69 * 2 * 24, 70 * 2 * 24, NAN);
                }));
        cases.add(new SpecialCase("infinite scores",
                "attention(batch=0..4,q_len=0..256,ctx=1..4096,heads=1..8,kv_heads=1..1,head_dim=1..128,causal=0",
                new long[]{1, 2, 300, 1, 1, 24}, trial -> {
                    trial.fill(0, 0, 24, 1);
                    trial.fill(0, 24, 48, -1);
                    // For the first query more than a block of keys that count for nothing; for the second, infinity.
                    for (int key = 0; key < 290; key++) {
                        trial.input(1).set(key * 24L, -INF);
                    }
                }));
    }

    /** The mean of a row is so large that rounding it alone would give errors of 1e-3. */
    private static void fillLargeMean(KernelTrial trial) {
        SplittableRandom random = new SplittableRandom(7);
        Elements x = trial.input(0);
        for (long i = 0; i < x.count(); i++) {
            x.set(i, 30_000 + random.nextGaussian());
        }
        trial.fill(1, 0, trial.input(1).count(), 1);
        trial.fill(2, 0, trial.input(2).count(), 0);
        // Some roundings of numbers up to 4, which are 2.4e-7 each.
        trial.limitError(4e-6);
    }

    @Override
    public String toString() {
        return name + " in " + family + " at " + Arrays.toString(axes);
    }
}
