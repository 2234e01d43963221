package dev.kernelwright.tck.mock;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.tck.KernelCorpusContract;
import java.nio.file.Path;

/** A corpus of one attack and one honest kernel; run by {@link KitRun} alone. */
class MockCorpus extends KernelCorpusContract {
    @Override
    protected BackendProvider provider() {
        return new MockBackendProvider();
    }

    @Override
    protected Path corpus() {
        return Path.of("src/test/resources");
    }
}
