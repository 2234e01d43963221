package dev.kernelwright.spi;

import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** Proposes kernels for a workload, given what was learnt from those before. */
public interface KernelGenerator {
    /** Returns the name that records give as the kernel's author, for example {@code template}. */
    String name();

    /** Returns whether the verdict on every kernel is wanted, also when one is near the roofline already. */
    default boolean wantsEveryVerdict() {
        return false;
    }

    /**
     * Begins a search; one for each tuning job.
     *
     * @param request what is to be tuned; its budget is this generator's share
     */
    Search start(TuningRequest request);

    /** One search, used by one thread. */
    interface Search {
        /**
         * Takes, before the first {@link #next}, what tells how long a launch of the baseline takes: nanoseconds, measured
         * when they are asked for, or NaN where they cannot be.
         */
        default void baseline(DoubleSupplier nanos) {}

        /** Returns the next candidate, or empty if the search has nothing more to propose. */
        Optional<KernelSource> next();

        /** Takes what the compiler said of the candidate that {@link #next} gave last, if it said anything. */
        default void compiled(String log) {}

        /** Takes what the device says of the candidate that {@link #next} gave last once it is loaded, if it says anything. */
        default void loaded(String report) {}

        /**
         * Takes the verdict on the candidate that {@link #next} gave last; before the first one, the verdict on the best
         * that the generators before this one have found.
         */
        void learn(KernelSource candidate, Evaluation evaluation);

        /** Returns what a record is to say of a candidate's making beside its parameters: model, tokens, cost. */
        default Map<String, String> provenance(KernelSource candidate) {
            return Map.of();
        }
    }
}
