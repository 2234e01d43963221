package dev.kernelwright.tuning.verify;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.Timing;

/** What a time must be to be believed, and to count as faster. */
public final class SpeedRule {
    /**
     * A time below this part of the roofline floor is rejected.
     *
     * <p>Not 1, because the roofline is itself measured, on a machine that may have been slower at that moment: clock
     * frequencies differ by up to a quarter between a cold and a hot processor. A kernel that does not do its work is
     * usually far below.
     */
    public static final double FLOOR_MARGIN = 0.7;
    /** A kernel within this factor of the floor is not worth improving. */
    public static final double NEAR_FLOOR = 1.05;
    /** How much of the baseline's time a kernel may take at most: less is not worth a swap. */
    private static final double LARGEST_PART = 0.98;

    private SpeedRule() {}

    /**
     * Returns whether a kernel beats the baseline by more than the measured noise: the 95 % confidence intervals of the
     * two medians do not overlap, and 2 % lie between them.
     *
     * <p>Medians, since an application at work next to the tuner disturbs many samples, and some of them by far more
     * than a kernel gains.
     */
    public static boolean isFaster(Timing kernel, Timing baseline) {
        return kernel.medianHighNanos() < LARGEST_PART * baseline.medianLowNanos();
    }

    /**
     * Returns what candidates are ranked by: the lower quartile of the kernel's time as a fraction of the baseline's,
     * infinite if it was not timed.
     *
     * <p>The two are timed in turn, so that what the rest of the machine does cancels out as far as it lasts; what does
     * not last only ever adds time, so it is the lower quartile that it disturbs least. Candidates are timed one after
     * the other, and on a busy machine their bare times differ by more than the kernels do.
     */
    public static double relativeTime(Evaluation evaluation) {
        Timing kernel = evaluation.kernel();
        Timing baseline = evaluation.baseline();
        return kernel == null || baseline == null
                ? Double.POSITIVE_INFINITY
                : kernel.lowNanos() / baseline.lowNanos();
    }

    /** Returns whether a time is below what the device can do; never if the floor is not known. */
    public static boolean isImpossible(Timing kernel, double floorNanos) {
        return kernel.medianNanos() < FLOOR_MARGIN * floorNanos;
    }

    /** Returns whether a time is so close to what the device can do that the search may end. */
    public static boolean isNearFloor(Timing kernel, double floorNanos) {
        return kernel.medianNanos() <= NEAR_FLOOR * floorNanos;
    }
}
