package dev.kernelwright.spi;

import java.util.Arrays;

/**
 * The times of repeated launches, in nanoseconds.
 *
 * @param medianNanos the median
 * @param minNanos the least
 * @param lowNanos the lower quartile
 * @param highNanos the upper quartile
 * @param medianLowNanos the lower end of the median's 95 % confidence interval
 * @param medianHighNanos its upper end
 * @param samples how many were taken
 */
public record Timing(double medianNanos, double minNanos, double lowNanos, double highNanos, double medianLowNanos,
        double medianHighNanos, int samples) {
    /** Of a normal distribution, 95 % lies within so many standard deviations. */
    private static final double DEVIATIONS = 1.96;

    /** Summarises samples, at least one, in any order. */
    public static Timing of(double[] nanos) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("a timing was asked for without samples: take at least one");
        }
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Timing(quantile(sorted, 0.5), sorted[0], quantile(sorted, 0.25), quantile(sorted, 0.75),
                sorted[outside(sorted.length)], sorted[sorted.length - 1 - outside(sorted.length)], sorted.length);
    }

    /**
     * How many samples lie outside the median's confidence interval on either side. How many of n samples are below the
     * true median is binomial, with mean n / 2 and standard deviation sqrt(n) / 2, whatever the samples' distribution.
     */
    private static int outside(int count) {
        return Math.max(0, (int) ((count - DEVIATIONS * Math.sqrt(count)) / 2));
    }

    private static double quantile(double[] sorted, double q) {
        double position = q * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /** Returns the spread between the quartiles as a fraction of the median: the noise. */
    public double relativeSpread() {
        return (highNanos - lowNanos) / medianNanos;
    }
}
