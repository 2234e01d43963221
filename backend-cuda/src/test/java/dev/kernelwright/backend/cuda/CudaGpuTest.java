package dev.kernelwright.backend.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The checks of {@link CudaGpuChecks}, for JUnit. */
@Tag("gpu")
class CudaGpuTest {
    private static CudaGpuChecks checks;

    @BeforeAll
    static void open() throws Exception {
        assumeTrue(CudaDriver.load() instanceof Loaded.Found, "this machine has no CUDA driver with a GPU");
        checks = new CudaGpuChecks();
    }

    @AfterAll
    static void close() {
        if (checks != null) {
            checks.close();
        }
    }

    @Test
    void vectorAddIsRight() {
        checks.vectorAddIsRight();
    }

    @Test
    void ptxLoadsToo() {
        checks.ptxLoadsToo();
    }

    @Test
    void resourcesAreThoseOfTheLoadedFunction() {
        checks.resourcesAreThoseOfTheLoadedFunction();
    }

    @Test
    void clustersAreLaunched() {
        checks.clustersAreLaunched();
    }

    @Test
    void tooLargeAnAllocationIsAnErrorAndNoMore() {
        checks.tooLargeAnAllocationIsAnErrorAndNoMore();
    }
}
