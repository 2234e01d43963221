package dev.kernelwright.spi;

import java.util.Optional;

/** Proposes kernels for a workload, given what was learnt from those before. */
public interface KernelGenerator {
    /** Returns the name that records give as the kernel's author, for example {@code template}. */
    String name();

    /** Begins a search; one for each tuning job. */
    Search start(TuningRequest request);

    /** One search, used by one thread. */
    interface Search {
        /** Returns the next candidate, or empty if the search has nothing more to propose. */
        Optional<KernelSource> next();

        /** Takes the verdict on the candidate that {@link #next} gave last. */
        void learn(KernelSource candidate, Evaluation evaluation);
    }
}
