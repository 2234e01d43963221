package dev.kernelwright.cli;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Probe;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * A backend on the class path and what it found on this machine.
 *
 * @param name the kind of its devices, for example {@code cpu}
 * @param provider what opens them; empty if it failed when it was asked
 * @param probe its devices, or why there are none
 */
record FoundBackend(String name, Optional<BackendProvider> provider, Probe probe) {
    /** Asks every backend. */
    static List<FoundBackend> all() {
        return ServiceLoader.load(BackendProvider.class).stream().map(FoundBackend::ask).toList();
    }

    private static FoundBackend ask(ServiceLoader.Provider<BackendProvider> found) {
        try {
            BackendProvider provider = found.get();
            return new FoundBackend(provider.name(), Optional.of(provider), provider.probe());
        } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
            return new FoundBackend(found.type().getSimpleName(), Optional.empty(), new Probe.Unavailable(
                    "the backend " + found.type().getName() + " failed when it was asked: " + e,
                    "use versions of it and of kernelwright-sdk-api that belong together"));
        }
    }
}
