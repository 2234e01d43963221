package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelStoreProvider;
import dev.kernelwright.spi.TuningRecord;
import java.io.File;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultStoreProviderTest {
    private static final KernelKey KEY = Records.key("silu@1");

    private static final CacheLayers LAYERS = new CacheLayers(Map.of(), List.of());

    @TempDir
    private Path folder;

    @Test
    void theStoreOfOneProcessIsFoundByTheNext() throws IOException {
        DefaultStoreProvider provider =
                new DefaultStoreProvider(() -> new CacheLocation(folder.resolve("k"), "a test"), LAYERS);
        try (KernelStore store = provider.open()) {
            store.put(Records.tuned(KEY));
            assertThat(store.location()).isEqualTo(folder.resolve("k").toString());
        }
        try (KernelStore store = provider.open()) {
            Records.assertSame(store.find(KEY).orElseThrow(), Records.tuned(KEY));
            assertThat(store.problems()).isEmpty();
        }
    }

    @Test
    void aFolderThatCannotBeUsedBecomesMemoryThatSaysWhy() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertMemoryAlone(new DefaultStoreProvider(() -> new CacheLocation(file, "a test"), LAYERS), "is a file");
    }

    @Test
    void aProcessWithoutALocationGetsMemoryThatSaysWhy() {
        assertMemoryAlone(new DefaultStoreProvider(() -> {
            throw new IOException("no home");
        }, LAYERS), "no home");
    }

    private static void assertMemoryAlone(DefaultStoreProvider provider, String reason) {
        try (KernelStore store = provider.open()) {
            assertThat(store.location()).isEqualTo("memory");
            assertThat(store.problems()).singleElement().asString().contains(reason);
            TuningRecord record = Records.tuned(KEY);
            assertThatIOException().isThrownBy(() -> store.put(record)).withMessageContaining(reason);
            assertThat(store.find(KEY)).containsSame(record);
        }
    }

    @Test
    void theClassPathHasTheProvider() {
        assertThat(ServiceLoader.load(KernelStoreProvider.class)).hasExactlyElementsOfTypes(DefaultStoreProvider.class);
    }

    @Test
    void theModulePathHasTheProvider() throws ClassNotFoundException {
        Path[] path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of)
                // The tests' own classes are in no module.
                .filter(entry -> Files.exists(entry) && !entry.endsWith("test-classes")).toArray(Path[]::new);
        Configuration configuration = ModuleLayer.boot().configuration().resolve(ModuleFinder.of(path),
                ModuleFinder.of(), Set.of("dev.kernelwright.cache"));
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(configuration,
                ClassLoader.getPlatformClassLoader());
        Class<?> service = layer.findLoader("dev.kernelwright.sdk").loadClass(KernelStoreProvider.class.getName());
        assertThat(ServiceLoader.load(layer, service).stream().map(provider -> provider.type().getModule().getName()))
                .containsExactly("dev.kernelwright.cache");
    }
}
