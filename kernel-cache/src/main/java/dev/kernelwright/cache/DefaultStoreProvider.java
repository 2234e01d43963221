package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelStoreProvider;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the store of a process: memory in front of the layers over {@link CacheLocation#ofProcess()}.
 *
 * <p>Where the folder cannot be used, memory stands in for it, says why among its problems and, once, in the log.
 */
public final class DefaultStoreProvider implements KernelStoreProvider {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultStoreProvider.class);

    /** Where to look for the folder. */
    @FunctionalInterface
    interface Locator {
        CacheLocation locate() throws IOException;
    }

    private final Locator locator;
    private final CacheLayers layers;

    /** Creates the provider; for {@link java.util.ServiceLoader}. */
    public DefaultStoreProvider() {
        this(CacheLocation::ofProcess, CacheLayers.ofProcess());
    }

    DefaultStoreProvider(Locator locator, CacheLayers layers) {
        this.locator = locator;
        this.layers = layers;
    }

    @Override
    public KernelStore open() {
        return new MemoryFrontStore(openLayers());
    }

    private LayeredStore openLayers() {
        try {
            return layers.open(locator.locate().folder());
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            LOG.warn("tuned kernels will not outlive this process, because {}", reason);
            return layers.over(new UnavailableStore(reason));
        }
    }
}
