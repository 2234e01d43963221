package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Relaxation;
import dev.kernelwright.op.SpecialValue;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A distribution of input values; each is there for a kind of mistake that the others do not show. */
enum InputKind {
    /** Mean 0 and standard deviation 1. */
    NORMAL("normal data"),
    /** Whole numbers from -8 to 8, on which sums are exact and ties are common. */
    SMALL_INTEGERS("small integers"),
    /** Normal data times 2<sup>6</sup>: an exponential without its maximum subtracted overflows. */
    LARGE("normal data times 64"),
    /** Normal data times 2<sup>-6</sup>: an epsilon that is added in the wrong place shows. */
    SMALL("normal data divided by 64"),
    /** Mean 128 and standard deviation 1: a variance as a difference of squares cancels. */
    OFFSET("normal data around 128"),
    /** Pairs of neighbours that are each other's negative but for 2<sup>-10</sup>: a sum loses what is not kept. */
    CANCELLING("pairs that nearly cancel"),
    /** Four values from 8 down to 8 - 3 * 2<sup>-8</sup>: many elements are the maximum, or next to it. */
    CLUSTERED("values close to their maximum"),
    /** Normal data with some NaNs. */
    NANS(SpecialValue.NAN),
    /** Normal data with some that are positive infinity: of both signs together most results would be NaN. */
    POSITIVE_INFINITIES("normal data with positive infinity", SpecialValue.INFINITY),
    /** Normal data with some that are negative infinity. */
    NEGATIVE_INFINITIES("normal data with negative infinity", SpecialValue.INFINITY),
    /**
     * Negative infinity, with some values around -128 among it: who sees nothing but infinities has no maximum of its own,
     * and the exponential of 0 - (-128) is too large for single precision.
     */
    MASKED("values around -128 among negative infinity", SpecialValue.MASK),
    /** Normal data with some zeros. */
    ZEROS(SpecialValue.ZERO),
    /** Normal data with some subnormal numbers. */
    SUBNORMALS(SpecialValue.SUBNORMAL),
    /** Normal data with some numbers that are nearly too large. */
    NEAR_MAX(SpecialValue.NEAR_MAX);

    /** The sum of four independent numbers that are uniform on 0 to 65535 has this mean and standard deviation. */
    private static final double SUM_MEAN = 4 * 32767.5;
    private static final double SUM_DEVIATION = Math.sqrt(4 * (65536.0 * 65536.0 - 1) / 12);
    /** Of a small tensor one element in so many is special; of a larger one fewer, so that rows without one remain. */
    private static final double SPECIAL_INTERVAL = 32;
    private static final double SMALL_COUNT = 1024;
    private static final long MASKED_INTERVAL = 16;

    private final String label;
    private final @Nullable SpecialValue special;

    InputKind(String label) {
        this(label, null);
    }

    InputKind(SpecialValue special) {
        this("normal data with " + special, special);
    }

    InputKind(String label, @Nullable SpecialValue special) {
        this.label = label;
        this.special = special;
    }

    /** Returns whether the kind is there for special values. */
    boolean isSpecial() {
        return special != null;
    }

    /** Returns the kinds on which a workload says what comes out. */
    static List<InputKind> of(Workload workload) {
        boolean flushes = workload.signature().relaxations().contains(Relaxation.FLUSH_TO_ZERO);
        return Stream.of(values())
                .filter(kind -> kind.special == null || workload.op().specialValues().contains(kind.special))
                .filter(kind -> kind != SUBNORMALS || !flushes).toList();
    }

    /**
     * Returns the value of an element.
     *
     * @param numbers decides it, together with the element's position
     * @param index the position
     * @param count how many elements the tensor has
     * @param dtype the type it is going to be rounded to
     */
    double value(SecretSequence numbers, long index, long count, DType dtype) {
        long bits = numbers.at(index);
        return switch (this) {
            case NORMAL -> normal(bits);
            case SMALL_INTEGERS -> SecretSequence.below(17, bits) - 8;
            case LARGE -> 0x1p6 * normal(bits);
            case SMALL -> 0x1p-6 * normal(bits);
            case OFFSET -> 128 + normal(bits);
            case CANCELLING -> index % 2 == 0
                    ? normal(bits)
                    : -normal(numbers.at(index - 1)) * (1 + 0x1p-10 * normal(bits));
            case CLUSTERED -> 8 - 0x1p-8 * (bits & 3);
            case MASKED -> SecretSequence.below(MASKED_INTERVAL, numbers.part(0).at(index)) == 0
                    ? normal(bits) - 128
                    : Double.NEGATIVE_INFINITY;
            case NANS, POSITIVE_INFINITIES, NEGATIVE_INFINITIES, ZEROS, SUBNORMALS, NEAR_MAX -> {
                long choice = numbers.part(0).at(index);
                yield SecretSequence.below(specialInterval(count), choice) == 0 ? special(bits, dtype) : normal(bits);
            }
        };
    }

    /**
     * Sets the values of neighbouring elements as {@link #value} gives them.
     *
     * @param first the position of the first
     * @param values takes the values, from its beginning on
     * @param length how many there are
     */
    void fill(SecretSequence numbers, long first, long count, DType dtype, double[] values, int length) {
        switch (this) {
            case NORMAL -> fillNormal(numbers, first, 0, 1, values, length);
            case LARGE -> fillNormal(numbers, first, 0, 0x1p6, values, length);
            case SMALL -> fillNormal(numbers, first, 0, 0x1p-6, values, length);
            case OFFSET -> fillNormal(numbers, first, 128, 1, values, length);
            case NANS, POSITIVE_INFINITIES, NEGATIVE_INFINITIES, ZEROS, SUBNORMALS, NEAR_MAX -> {
                fillNormal(numbers, first, 0, 1, values, length);
                long interval = specialInterval(count);
                SecretSequence choices = numbers.part(0);
                for (int i = 0; i < length; i++) {
                    if (SecretSequence.below(interval, choices.at(first + i)) == 0) {
                        values[i] = special(numbers.at(first + i), dtype);
                    }
                }
            }
            case SMALL_INTEGERS, CANCELLING, CLUSTERED, MASKED -> {
                for (int i = 0; i < length; i++) {
                    values[i] = value(numbers, first + i, count, dtype);
                }
            }
        }
    }

    /** Most data is of these kinds, and a loop without a choice in it takes a fraction of the time. */
    private static void fillNormal(SecretSequence numbers, long first, double mean, double deviation, double[] values,
            int length) {
        for (int i = 0; i < length; i++) {
            values[i] = mean + deviation * normal(numbers.at(first + i));
        }
    }

    private static long specialInterval(long count) {
        return (long) (SPECIAL_INTERVAL * Math.sqrt(Math.max(1, count / SMALL_COUNT)));
    }

    private double special(long bits, DType dtype) {
        double sign = bits < 0 ? -1 : 1;
        // From 0 to below 1, in 32 bits.
        double fraction = (bits & 0xffff_ffffL) * 0x1p-32;
        return switch (this) {
            case NANS -> Double.NaN;
            case POSITIVE_INFINITIES -> Double.POSITIVE_INFINITY;
            case NEGATIVE_INFINITIES -> Double.NEGATIVE_INFINITY;
            case ZEROS -> sign * 0.0;
            case SUBNORMALS -> sign * dtype.minNormal() * (1 - dtype.unitRoundoff() * 2) * Math.max(fraction, 0.01);
            case NEAR_MAX -> sign * largest(dtype) * (0.5 + fraction / 2);
            case NORMAL, SMALL_INTEGERS, LARGE, SMALL, OFFSET, CANCELLING, CLUSTERED, MASKED -> normal(bits);
        };
    }

    /** Returns the largest finite number of a type. */
    static double largest(DType dtype) {
        return switch (dtype) {
            case F32 -> Float.MAX_VALUE;
            case F16 -> 65504;
            case BF16 -> 0x1.fep127;
            case I32 -> Integer.MAX_VALUE;
        };
    }

    /** The central limit theorem at work: close to a normal distribution up to its bound, 3.46 deviations. */
    private static double normal(long bits) {
        long sum = (bits & 0xffff) + ((bits >>> 16) & 0xffff) + ((bits >>> 32) & 0xffff) + (bits >>> 48);
        return (sum - SUM_MEAN) * (1 / SUM_DEVIATION);
    }

    /** Returns an index from 0 to below the limit; the first and the last, where mistakes are, come often. */
    static long index(long limit, long bits) {
        return switch ((int) (bits & 15)) {
            case 0 -> 0;
            case 1 -> limit - 1;
            default -> SecretSequence.below(limit, bits);
        };
    }

    /** Returns what it is called in messages. */
    @Override
    public String toString() {
        return label;
    }
}
