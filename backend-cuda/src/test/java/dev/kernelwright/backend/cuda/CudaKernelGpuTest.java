package dev.kernelwright.backend.cuda;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.Probe;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checks of {@link CudaKernelChecks}, for JUnit. */
@Tag("gpu")
class CudaKernelGpuTest {
    private static final BlockPool POOL = new BlockPool(1);
    private static CudaKernelChecks checks;

    @BeforeAll
    static void open() {
        assumeTrue(new CudaBackendProvider().probe() instanceof Probe.Available,
                "this machine has no CUDA driver with a GPU");
        checks = CudaKernelChecks.open(POOL);
    }

    @AfterAll
    static void close() {
        if (checks != null) {
            checks.close();
        }
        POOL.close();
    }

    static Stream<String> ops() {
        return StandardOps.all().stream().map(OpDefinition::name);
    }

    @ParameterizedTest
    @MethodSource("ops")
    void everyKernelComputesItsOpWithinItsBoundAndTouchesNothingElse(String op) throws KernelRejectedException {
        checks.check(op);
    }
}
