package dev.kernelwright.spi;

/** Is told how the tuning of one workload goes; called from the tuner's threads, and MUST return soon. */
@FunctionalInterface
public interface TuningListener {
    /**
     * Reports a candidate.
     *
     * @param number its number, from 1
     * @param spent the part of the budget that is spent, from 0 to 1
     * @param source the candidate
     * @param evaluation the verdict on it
     */
    void candidate(int number, double spent, KernelSource source, Evaluation evaluation);
}
