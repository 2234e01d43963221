package dev.kernelwright.tuning;

import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.tuning.verify.SpeedRule;
import java.util.Locale;

/** Says in a sentence what a kernel's times mean. */
final class Verdicts {
    private Verdicts() {}

    static String describe(ReasonCode reason, Timing kernel, Timing baseline, double floorNanos) {
        String times = "a launch takes " + time(kernel) + ", the baseline " + time(baseline);
        double factor = baseline.medianNanos() / kernel.medianNanos();
        return switch (reason) {
            case ACCEPTED -> String.format(Locale.ROOT, "right and %.2f times as fast: %s", factor, times);
            case FASTER_THAN_PHYSICS -> String.format(Locale.ROOT,
                    "a launch took %s, but the device needs at least %s for the work (less %.0f %% for the error of"
                            + " that figure): the kernel does not do all of it",
                    nanos(kernel.medianNanos()), nanos(floorNanos), 100 * (1 - SpeedRule.FLOOR_MARGIN));
            default -> String.format(Locale.ROOT, "right, but not faster by more than the measured noise: %s", times);
        };
    }

    private static String time(Timing timing) {
        return nanos(timing.medianNanos()) + " (" + nanos(timing.lowNanos()) + " to " + nanos(timing.highNanos()) + ")";
    }

    /** Returns a time in the unit that suits it. */
    static String nanos(double nanos) {
        if (nanos < 1e3) {
            return String.format(Locale.ROOT, "%.0f ns", nanos);
        }
        if (nanos < 1e6) {
            return String.format(Locale.ROOT, "%.2f µs", nanos / 1e3);
        }
        return nanos < 1e9
                ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
                : String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }
}
