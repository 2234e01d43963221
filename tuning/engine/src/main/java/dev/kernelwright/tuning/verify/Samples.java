package dev.kernelwright.tuning.verify;

import dev.kernelwright.spi.Timing;
import java.util.Arrays;

/** The times of a kernel's launches in nanoseconds, at least one, from which its median can be bounded. */
public final class Samples {
    /** Of a normal distribution, 95 % lies within so many standard deviations. */
    private static final double DEVIATIONS = 1.96;

    private final double[] sorted;

    /** Takes samples in any order. */
    public Samples(double[] nanos) {
        this.sorted = nanos.clone();
        Arrays.sort(sorted);
    }

    /** Returns the summary for records. */
    public Timing timing() {
        return Timing.of(sorted);
    }

    /** Returns the lower end of the median's 95 % confidence interval. */
    public double medianLow() {
        return sorted[rank()];
    }

    /** Returns its upper end. */
    public double medianHigh() {
        return sorted[sorted.length - 1 - rank()];
    }

    /**
     * How many samples lie outside the interval on either side. How many of n samples are below the true median is
     * binomial, with mean n / 2 and standard deviation sqrt(n) / 2, whatever the distribution of the samples.
     */
    private int rank() {
        return Math.max(0, (int) ((sorted.length - DEVIATIONS * Math.sqrt(sorted.length)) / 2));
    }
}
