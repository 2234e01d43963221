package dev.kernelwright;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.TuningRecord;

/** Something that happened in a {@link ComputeRuntime}; each is a JFR event too, named {@code kernelwright.Hit} etc. */
public sealed interface RuntimeEvent {
    /**
     * A workload was bound and the store had a record for it.
     *
     * @param record the record; without a kernel if the baseline is the best known
     */
    record Hit(Workload workload, String device, TuningRecord record) implements RuntimeEvent {}

    /**
     * A workload was bound and the store had no record for it.
     *
     * @param policy what is done about it
     */
    record Miss(Workload workload, String device, MissPolicy policy) implements RuntimeEvent {}

    /**
     * A candidate was tried during tuning.
     *
     * @param number its number, from 1
     * @param spent the part of the budget that is spent, from 0 to 1
     * @param source the candidate
     * @param evaluation the verdict on it
     */
    record Candidate(Workload workload, String device, int number, double spent, KernelSource source,
            Evaluation evaluation) implements RuntimeEvent {}

    /**
     * Tuning ended and its record was stored.
     *
     * @param record the record; without a kernel if the baseline is the best
     */
    record Tuned(Workload workload, String device, TuningRecord record) implements RuntimeEvent {}

    /** A tuned kernel, from the store or just found, has reached its speed and answers calls from now on. */
    record Live(Workload workload, String device) implements RuntimeEvent {}

    /**
     * Something is not there or broke, and the next best thing took its place.
     *
     * @param subject the workload, device or part concerned
     * @param reason what was found, what took its place, and the cure, in one sentence
     */
    record Fallback(String subject, String reason) implements RuntimeEvent {}
}
