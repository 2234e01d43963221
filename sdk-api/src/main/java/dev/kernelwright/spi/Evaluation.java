package dev.kernelwright.spi;

import org.jspecify.annotations.Nullable;

/**
 * The verdict on one kernel.
 *
 * @param reason why it was accepted or rejected
 * @param message one sentence for people: what was asked, what was found
 * @param hint the same for whoever writes the next kernel, person or model: without the values that are right
 * @param worstErrorRatio the largest error found, as a fraction of its bound; NaN if no result was compared
 * @param kernel its time; null if it was not timed
 * @param baseline the baseline's time, taken in turn with the kernel's; null if it was not timed
 * @param floorNanos the time below which no kernel can be; NaN if it is not known
 * @param verification how far the kernel was checked; null if it did not get to the end of that
 */
public record Evaluation(ReasonCode reason, String message, String hint, double worstErrorRatio,
        @Nullable Timing kernel, @Nullable Timing baseline, double floorNanos, @Nullable Verification verification) {
    /** Creates a verdict whose message holds nothing that an author may not know. */
    public Evaluation(ReasonCode reason, String message, double worstErrorRatio, @Nullable Timing kernel,
            @Nullable Timing baseline, double floorNanos, @Nullable Verification verification) {
        this(reason, message, message, worstErrorRatio, kernel, baseline, floorNanos, verification);
    }

    /** Returns a rejection of a kernel that was not timed. */
    public static Evaluation rejected(ReasonCode reason, String message) {
        return new Evaluation(reason, message, Double.NaN, null, null, Double.NaN, null);
    }

    /** Returns the rejection of a kernel that was not timed. */
    public static Evaluation rejected(KernelRejectedException e) {
        return new Evaluation(e.reason(), String.valueOf(e.getMessage()), e.hint(), Double.NaN, null, null, Double.NaN,
                null);
    }

    /** Returns whether the kernel may serve calls. */
    public boolean accepted() {
        return reason == ReasonCode.ACCEPTED;
    }

    /** Returns how many times faster than the baseline the kernel is; NaN if either was not timed. */
    public double speedup() {
        return kernel == null || baseline == null ? Double.NaN : baseline.medianNanos() / kernel.medianNanos();
    }
}
