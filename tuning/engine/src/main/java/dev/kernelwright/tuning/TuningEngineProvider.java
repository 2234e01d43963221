package dev.kernelwright.tuning;

import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TunerProvider;

/** Offers the {@link TuningEngine} with its defaults: templates only, no network. */
public final class TuningEngineProvider implements TunerProvider {
    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public TuningEngineProvider() {}

    @Override
    public Tuner open() {
        return TuningEngine.builder().build();
    }
}
