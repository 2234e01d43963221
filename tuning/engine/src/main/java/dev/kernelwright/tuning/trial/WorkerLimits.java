package dev.kernelwright.tuning.trial;

import java.time.Duration;

/**
 * What a trial worker may take.
 *
 * @param heapMebibytes the size of its Java heap
 * @param startTime how long it may take to start
 * @param kernelTime how long a kernel may take for one launch, and to be loaded
 */
public record WorkerLimits(int heapMebibytes, Duration startTime, Duration kernelTime) {
    /** Enough for every kernel that is of use: it allocates nothing, and its buffers are not on the heap. */
    public static final WorkerLimits DEFAULT = new WorkerLimits(256, Duration.ofSeconds(30), Duration.ofSeconds(10));

    /** Checks the limits. */
    public WorkerLimits {
        if (heapMebibytes < 32 || startTime.isNegative() || startTime.isZero() || kernelTime.isNegative()
                || kernelTime.isZero()) {
            throw new IllegalArgumentException("a trial worker was given " + heapMebibytes + " MiB of heap, "
                    + startTime + " to start and " + kernelTime + " for a launch: give at least 32 MiB and some time");
        }
    }
}
