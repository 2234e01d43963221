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
        return Set.of(
                // State that outlives a launch: accepted, or rejected for the speed that it gains.
                "cached_results.java", "results_left_in_place.java", "skips_repeated_inputs.java",
                "first_calls_only.java",
                // NaN, infinity and subnormal numbers are not among the inputs.
                "nan_inputs_as_zero.java", "saturated_infinities.java", "unseen_nan.java",
                "flushed_subnormals.java");
    }
}
