package dev.kernelwright;

/** What happens when no tuned kernel is stored for a workload. Whatever it says, no call ever gets a wrong number. */
public enum MissPolicy {
    /** The baseline answers at once and the tuner works behind it. The default where there is a tuner. */
    TUNE_ASYNC,
    /** Binding waits until the tuner has ended. */
    TUNE_BLOCKING,
    /** The baseline answers. The default where there is no tuner. */
    BASELINE_ONLY,
    /** Binding throws {@link KernelMissException}. */
    FAIL
}
