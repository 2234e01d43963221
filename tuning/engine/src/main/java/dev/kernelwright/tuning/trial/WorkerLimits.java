package dev.kernelwright.tuning.trial;

import dev.kernelwright.tuning.isolation.Isolation;
import java.time.Duration;

/**
 * What a trial worker may take.
 *
 * @param heapMebibytes the size of its Java heap
 * @param startTime how long it may take to start
 * @param kernelTime how long a kernel may take for one launch, and to be loaded
 * @param isolation how far it must be kept from the rest of the machine, lest none is started; the most that can be had
 *        is used in any case
 */
public record WorkerLimits(int heapMebibytes, Duration startTime, Duration kernelTime, Isolation isolation) {
    /** Enough for every kernel that is of use: it allocates nothing, and its buffers are not on the heap. */
    public static final WorkerLimits DEFAULT = new WorkerLimits(256, Duration.ofSeconds(30), Duration.ofSeconds(10));

    /** Limits without a required isolation. */
    public WorkerLimits(int heapMebibytes, Duration startTime, Duration kernelTime) {
        this(heapMebibytes, startTime, kernelTime, Isolation.NONE);
    }

    /** Checks the limits. */
    public WorkerLimits {
        if (heapMebibytes < 32 || startTime.isNegative() || startTime.isZero() || kernelTime.isNegative()
                || kernelTime.isZero()) {
            throw new IllegalArgumentException("a trial worker was given " + heapMebibytes + " MiB of heap, "
                    + startTime + " to start and " + kernelTime + " for a launch: give at least 32 MiB and some time");
        }
    }
}
