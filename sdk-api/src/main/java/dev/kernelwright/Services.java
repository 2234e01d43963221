package dev.kernelwright;

import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelStoreProvider;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TunerProvider;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** The store and the tuner that are on the class path. */
final class Services {
    private Services() {}

    static KernelStore openStore() {
        return ServiceLoader.load(KernelStoreProvider.class).findFirst().map(KernelStoreProvider::open)
                .orElseGet(VolatileStore::new);
    }

    static @Nullable Tuner openTuner() {
        return ServiceLoader.load(TunerProvider.class).findFirst().map(TunerProvider::open).orElse(null);
    }
}
