package dev.kernelwright.spi;

import java.time.Duration;

/**
 * What tuning one workload may cost.
 *
 * @param time how long it may take, the candidate under way included
 * @param candidates how many kernels may be tried, at least 1
 */
public record TuningBudget(Duration time, int candidates) {
    /** Checks the limits. */
    public TuningBudget {
        if (time.isNegative() || time.isZero() || candidates < 1) {
            throw new IllegalArgumentException("a tuning budget of " + time + " and " + candidates
                    + " candidates was given: both must be positive");
        }
    }
}
