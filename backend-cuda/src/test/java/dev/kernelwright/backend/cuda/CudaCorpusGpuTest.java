package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.tck.KernelCorpusContract;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;

/** The attacks and the honest kernels in CUDA C++, in {@code src/test/resources}, on the first GPU. */
@Tag("gpu")
class CudaCorpusGpuTest extends KernelCorpusContract {
    @Override
    protected BackendProvider provider() {
        return new CudaBackendProvider();
    }

    @Override
    protected Path corpus() {
        return Path.of("src/test/resources");
    }

    @Override
    protected Set<String> missed() {
        // Read, and not used: only a tool that watches every access can see it, such as compute-sanitizer.
        return Set.of("reads_behind_unused.cu");
    }
}
