package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Elements;
import dev.kernelwright.tensor.DType;
import java.util.Arrays;
import java.util.Locale;

/**
 * A mistake that kernels make or a short cut that they take, as something that is done to right inputs or results. The
 * list is that of the public evaluators that were beaten by them.
 */
enum Mutant {
    /** The results are zeros. */
    ZEROS,
    /** The results are an input's elements, over and over. */
    COPIED_INPUT,
    /** Every result is the mean of all. */
    MEAN,
    /** The results have the errors of a computation in half the precision. */
    HALF_PRECISION_ACCUMULATION,
    /** The last 64th of an axis, at least one slice, is taken as zeros. */
    DROPPED_LAST_TILE,
    /** The last result is zero. */
    TRUNCATED_TAIL,
    /** Every result is its neighbour's. */
    OFF_BY_ONE,
    /** The last two indices of the results are exchanged; of results with one, neighbours are. */
    SWAPPED_INDICES,
    /** An input is taken as zeros, or as ones. */
    IGNORED_OPERAND,
    /** The last two indices of an input are exchanged. */
    TRANSPOSED_READ;

    /** A partial sum errs by a part of u that is evenly distributed. */
    private static final double RMS_OF_ROUNDING = Math.sqrt(1 / 3.0);

    /** Returns what it is called in messages. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Does it to results, for those mutants that need not know the op. */
    double[] results(double[] right, int[] shape) {
        double[] wrong = right.clone();
        int last = right.length - 1;
        switch (this) {
            case ZEROS -> Arrays.fill(wrong, 0);
            case MEAN -> Arrays.fill(wrong, Arrays.stream(right).average().orElse(0));
            case TRUNCATED_TAIL -> wrong[last] = 0;
            case OFF_BY_ONE -> System.arraycopy(right, 1, wrong, 0, last);
            case SWAPPED_INDICES -> transpose(right, wrong, shape);
            case COPIED_INPUT, HALF_PRECISION_ACCUMULATION, DROPPED_LAST_TILE, IGNORED_OPERAND, TRANSPOSED_READ ->
                throw new IllegalStateException(this + " takes more than results");
        }
        return wrong;
    }

    /**
     * Returns results with the errors of a sum of t terms that is kept in a type with half the significant bits.
     *
     * @param terms t; the mean square of the errors of t partial sums grows with it
     */
    static double[] inHalfPrecision(double[] right, DType dtype, double terms, SecretSequence numbers) {
        double unit = (dtype == DType.F32 ? DType.F16 : dtype).unitRoundoff();
        double[] wrong = right.clone();
        for (int i = 0; i < wrong.length; i++) {
            double sign = numbers.at(i) < 0 ? -1 : 1;
            wrong[i] += sign * unit * RMS_OF_ROUNDING * Math.sqrt(Math.max(1, terms)) * right[i];
        }
        return wrong;
    }

    /** Returns results that are an input's elements, over and over. */
    static double[] copied(Elements input, int count) {
        double[] copy = new double[count];
        Arrays.setAll(copy, i -> input.get(i % input.count()));
        return copy;
    }

    /** Exchanges the last two indices where that stays within the shape, and neighbours where there is one index. */
    static void transpose(double[] from, double[] to, int[] shape) {
        int columns = shape.length < 2 ? 2 : shape[shape.length - 1];
        int rows = shape.length < 2 ? 1 : shape[shape.length - 2];
        int plane = rows * columns;
        for (int i = 0; i < from.length; i++) {
            int within = i % plane;
            int source = rows == 1
                    ? (within ^ 1)
                    : (within % columns) % rows * columns + (within / columns) % columns;
            int other = i - within + source;
            to[i] = from[other < from.length ? other : i];
        }
    }
}
