package dev.kernelwright.spi;

import java.util.Arrays;

/**
 * The times of repeated launches, in nanoseconds.
 *
 * @param medianNanos the median
 * @param minNanos the least
 * @param lowNanos the lower quartile
 * @param highNanos the upper quartile
 * @param samples how many were taken
 */
public record Timing(double medianNanos, double minNanos, double lowNanos, double highNanos, int samples) {
    /** Summarises samples, at least one, in any order. */
    public static Timing of(double[] nanos) {
        if (nanos.length == 0) {
            throw new IllegalArgumentException("a timing was asked for without samples: take at least one");
        }
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Timing(quantile(sorted, 0.5), sorted[0], quantile(sorted, 0.25), quantile(sorted, 0.75),
                sorted.length);
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
