package dev.kernelwright.tuning;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelSource;
import java.util.Optional;

/** The search of a generator that has nothing to propose. */
final class NoSearch implements KernelGenerator.Search {
    @Override
    public Optional<KernelSource> next() {
        return Optional.empty();
    }

    @Override
    public void learn(KernelSource candidate, Evaluation evaluation) {
        // Never called: there are no candidates.
    }
}
