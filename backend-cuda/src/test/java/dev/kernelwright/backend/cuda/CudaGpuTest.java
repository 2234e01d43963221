package dev.kernelwright.backend.cuda;

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
