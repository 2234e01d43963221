package dev.kernelwright.tuning.verify;

/** A distribution of input values; each is there for a kind of mistake that the others do not show. */
enum InputKind {
    /** Whole numbers from -8 to 8, on which sums are exact and ties are common. */
    SMALL_INTEGERS("small integers"),
    /** Mean 0 and standard deviation 1. */
    NORMAL("normal data"),
    /** The same times 2<sup>6</sup>: an exponential without its maximum subtracted overflows. */
    LARGE("normal data times 64"),
    /** The same times 2<sup>-6</sup>: an epsilon that is added in the wrong place shows. */
    SMALL("normal data divided by 64"),
    /** Mean 128 and standard deviation 1: a variance as a difference of squares cancels. */
    OFFSET("normal data around 128");

    /** The sum of four independent numbers that are uniform on 0 to 65535 has this mean and standard deviation. */
    private static final double SUM_MEAN = 4 * 32767.5;
    private static final double SUM_DEVIATION = Math.sqrt(4 * (65536.0 * 65536.0 - 1) / 12);

    private final String label;

    InputKind(String label) {
        this.label = label;
    }

    /** Returns the value that 64 random bits stand for. */
    double value(long bits) {
        return switch (this) {
            case SMALL_INTEGERS -> SecretSequence.below(17, bits) - 8;
            case NORMAL -> normal(bits);
            case LARGE -> 0x1p6 * normal(bits);
            case SMALL -> 0x1p-6 * normal(bits);
            case OFFSET -> 128 + normal(bits);
        };
    }

    /** The central limit theorem at work: close to a normal distribution up to its bound, 3.46 deviations. */
    private static double normal(long bits) {
        long sum = (bits & 0xffff) + ((bits >>> 16) & 0xffff) + ((bits >>> 32) & 0xffff) + (bits >>> 48);
        return (sum - SUM_MEAN) / SUM_DEVIATION;
    }

    /** Returns what it is called in messages. */
    @Override
    public String toString() {
        return label;
    }
}
