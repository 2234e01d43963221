package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said where there is no driver, as on most machines that build this. */
class CudaProbeTest {
    @Test
    void withoutADriverItIsMissingWithReasonAndCure() {
        Loaded<CudaDriver> loaded = CudaDriver.load();
        assumeTrue(loaded instanceof Loaded.Missing, "this machine has a CUDA driver");
        Loaded.Missing<CudaDriver> missing = (Loaded.Missing<CudaDriver>) loaded;
        assertThat(missing.reason()).contains("CUDA driver");
        assertThat(missing.cure()).isNotBlank();
    }

    @Test
    void aLibraryThatIsNowhereIsMissingByName() {
        assertThat(CudaDriver.load(List.of("libcuda-that-is-nowhere.so.1"))).isEqualTo(new Loaded.Missing<>(
                "the library of the CUDA driver was looked for as libcuda-that-is-nowhere.so.1 and not found",
                "install NVIDIA's driver 525 or newer; in a container, start it with its GPUs, as with docker run --gpus"
                        + " all"));
    }
}
