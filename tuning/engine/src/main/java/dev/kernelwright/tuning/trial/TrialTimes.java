package dev.kernelwright.tuning.trial;

/**
 * Times of a kernel and, taken in turn with them, of the baseline.
 *
 * @param kernelNanos the time of a launch in each sample, at least one
 * @param baselineNanos the same for the baseline; empty if it was not timed
 */
@SuppressWarnings("ArrayRecordComponent")
public record TrialTimes(double[] kernelNanos, double[] baselineNanos) {}
