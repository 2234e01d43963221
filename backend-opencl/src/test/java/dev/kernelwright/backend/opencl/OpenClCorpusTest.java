package dev.kernelwright.backend.opencl;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.tck.Attack;
import dev.kernelwright.tck.KernelCorpusContract;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** The attacks and the honest kernels in OpenCL C, in {@code src/test/resources}, on the first device. */
class OpenClCorpusTest extends KernelCorpusContract {
    @Override
    protected BackendProvider provider() {
        return new OpenClBackendProvider();
    }

    @Override
    protected Path corpus() {
        return Path.of("src/test/resources");
    }

    @Override
    protected Map<Attack, String> inexpressible() {
        return Map.of(Attack.IDENTITY, "OpenCL C has no objects",
                Attack.CATCHES_FAILURES, "OpenCL C has no exceptions, and nothing that a kernel could do after a trap");
    }

    @Override
    protected Set<String> missed() {
        // Read, and not used: only a tool that watches every access can see it, such as Oclgrind.
        return Set.of("reads_behind_unused.cl");
    }
}
