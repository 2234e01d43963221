package dev.kernelwright.tuning;

import dev.kernelwright.spi.Timing;
import dev.kernelwright.tuning.trial.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a job's time is shared by the search and the confirmation of what it finds.
 *
 * <p>A part is kept back for the confirmation: more where the best kernel took long to be judged, since its confirmation
 * then takes a multiple of that. What was found is confirmed even if that ends late, on a machine that has become busy,
 * but never later than {@link #MAX_OVERRUN} behind the end.
 *
 * @param startNanos when the job began, on the clock of {@link System#nanoTime()}
 * @param totalNanos its budget
 */
record Schedule(long startNanos, long totalNanos) {
    /** By how much a job may exceed its budget, winners that run under instruments aside. */
    static final Duration MAX_OVERRUN = Duration.ofMinutes(1);
    private static final double CONFIRMING_PART = 0.15;
    private static final long MIN_CONFIRMING_NANOS = 2_000_000_000L;
    private static final double MAX_CONFIRMING_PART = 0.5;
    /** What a confirmation may take on a busy machine; more where launches, or the verdicts of the search, are slow. */
    private static final Duration CONFIRMING_TIME = Duration.ofSeconds(30);
    private static final int CONFIRMING_LAUNCHES = 60;
    /** A full verification sees some eight kinds of data; that of a search two, and then takes the times too. */
    private static final int CONFIRMING_VERDICTS = 5;

    /** Returns when to stop searching. */
    Deadline searchEnd(Tally.@Nullable Contender best) {
        long confirmingNanos = Math.max(MIN_CONFIRMING_NANOS, Math.max((long) (CONFIRMING_PART * totalNanos),
                best == null ? 0 : CONFIRMING_VERDICTS * best.judgedNanos()));
        return new Deadline(
                startNanos + totalNanos - Math.min((long) (MAX_CONFIRMING_PART * totalNanos), confirmingNanos));
    }

    /** Returns when to give a contender up whose confirmation begins now. */
    Deadline confirmationEnd(Tally.Contender contender, long nowNanos) {
        Timing kernel = contender.evaluation().kernel();
        Timing baseline = contender.evaluation().baseline();
        double launchNanos = (kernel == null ? 0 : kernel.medianNanos())
                + (baseline == null ? 0 : baseline.medianNanos());
        long allowedNanos = CONFIRMING_TIME.toNanos() + (long) (CONFIRMING_LAUNCHES * launchNanos)
                + CONFIRMING_VERDICTS * contender.judgedNanos();
        return new Deadline(nowNanos + allowedNanos)
                .earlier(new Deadline(startNanos + totalNanos + MAX_OVERRUN.toNanos()));
    }
}
