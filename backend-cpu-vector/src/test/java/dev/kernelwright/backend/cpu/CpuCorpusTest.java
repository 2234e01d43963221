package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.tck.KernelCorpusContract;
import java.nio.file.Path;
import java.util.Set;

/** The attacks and the honest kernels in Java, in {@code src/test/resources}. */
class CpuCorpusTest extends KernelCorpusContract {
    @Override
    protected BackendProvider provider() {
        return new CpuBackendProvider();
    }

    @Override
    protected Path corpus() {
        return Path.of("src/test/resources");
    }

    @Override
    protected Set<String> missed() {
        return Set.of();
    }
}
