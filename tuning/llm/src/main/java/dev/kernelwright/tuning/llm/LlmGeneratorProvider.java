package dev.kernelwright.tuning.llm;

import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelGeneratorProvider;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelStoreProvider;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Offers the agent where {@code KERNELWRIGHT_MODEL} names a model, with what {@link AgentConfiguration} reads of the
 * environment; its folder is {@code agent} in that of the kernel cache, or {@code KERNELWRIGHT_AGENT}.
 */
public final class LlmGeneratorProvider implements KernelGeneratorProvider {
    /** Creates a provider; called by {@link java.util.ServiceLoader}. */
    public LlmGeneratorProvider() {}

    @Override
    public Optional<KernelGenerator> open() {
        Map<String, String> environment = System.getenv();
        if (environment.getOrDefault(AgentConfiguration.MODEL, "").isBlank()) {
            return Optional.empty();
        }
        try {
            Optional<KernelStore> store = ServiceLoader.load(KernelStoreProvider.class).findFirst()
                    .map(KernelStoreProvider::open);
            return Optional.of(new LlmGenerator(AgentConfiguration.of(environment).settings(), environment,
                    home(environment, store), store));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    private static Path home(Map<String, String> environment, Optional<KernelStore> store) {
        String named = environment.getOrDefault(AgentConfiguration.HOME, "");
        try {
            if (!named.isBlank()) {
                return Path.of(named);
            }
            Path folder = Path.of(store.map(KernelStore::location).orElse(""));
            if (folder.isAbsolute() && Files.isDirectory(folder)) {
                return folder.resolve("agent");
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "the agent needs a folder for its logs, and there is no kernel cache on disk to"
                        + " put one into: set " + AgentConfiguration.HOME + " to a folder");
    }
}
