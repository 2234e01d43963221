package dev.kernelwright.tuning;

import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelGeneratorProvider;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TunerProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers the {@link TuningEngine}: templates first, and after them the generators that are found and configured. */
public final class TuningEngineProvider implements TunerProvider {
    private static final Logger LOG = LoggerFactory.getLogger(TuningEngineProvider.class);

    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public TuningEngineProvider() {}

    @Override
    public Tuner open() {
        List<KernelGenerator> generators = new ArrayList<>();
        generators.add(new TemplateGenerator());
        for (ServiceLoader.Provider<KernelGeneratorProvider> found : ServiceLoader.load(KernelGeneratorProvider.class)
                .stream().toList()) {
            try {
                found.get().open().ifPresent(generators::add);
            } catch (IllegalStateException | ServiceConfigurationError e) {
                LOG.warn("Tuning goes on with templates alone: {}", e.getMessage());
            }
        }
        return TuningEngine.builder().generators(generators).build();
    }
}
