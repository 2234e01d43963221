package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.OfflineCompiler;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused for a GPU that is not here: the same as by one that is, as far as it can be known. */
class StepLimitsTest {
    private static final KernelSignature ADD = StandardOps.catalog().parse("add(n=16)", DType.F32).signature();
    private static final String KERNEL = """
            extern "C" __global__ void run(const float *a, const float *b, float *c, long long n) {
                extern __shared__ float tile[];
                tile[threadIdx.x] = a[threadIdx.x];
                __syncthreads();
                c[threadIdx.x] = tile[threadIdx.x ^ 1] + b[threadIdx.x];
            }
            """;

    private static void compile(String architecture, String directives) throws KernelRejectedException {
        try (OfflineCompiler compiler = CudaOfflineCompiler.find(architecture)) {
            compiler.compile(KernelTemplate.parse(CudaBackend.LANGUAGE, "// @step " + directives + "\n" + KERNEL)
                    .expand(Map.of(), ADD), ADD);
        } catch (IllegalStateException e) {
            assumeTrue(false, e.getMessage());
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @CsvSource(delimiter = '|', textBlock = """
            sm_90a | run grid=1                              | gives no block
            sm_90a | run grid=1 block=2048                   | has 2048 threads, but sm_90a runs at most 1024
            sm_90a | run grid=1 block=64 shared=232449       | needs 232449 bytes of shared memory, but sm_90a gives at most 232448
            sm_89  | run grid=1 block=64 shared=102400       | sm_89 gives at most 101376
            sm_90a | run grid=1;70000 block=64 shared=1024   | 1 x 70000 x 1
            sm_80  | run grid=2 block=64 cluster=2           | none before sm_90
            sm_90a | run grid=3 block=64 cluster=2           | make it a multiple
            sm_90a | other grid=1 block=64                   | no such kernel
            """)
    void aPlanBeyondWhatTheArchitectureHasIsRefused(String architecture, String step, String said) {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compile(architecture, step));
        assertThat(e.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
        assertThat(e).hasMessageContaining(said);
    }

    @Test
    void aPlanAtTheLimitsIsNot() throws KernelRejectedException {
        compile("sm_90a", "run grid=8;65535 block=1024 shared=232448 cluster=8");
    }

    @Test
    void aTensorMapIsRefusedWhereThereAreNone() {
        assertThatThrownBy(() -> StepLimits.ofArchitecture("sm_89").requireTensorMaps("a"))
                .hasMessageContaining("has none before sm_90");
    }

    /** The largest blocks that cuda_occupancy.h finds a multiprocessor of compute capability 9.0 to hold. */
    @ParameterizedTest
    @CsvSource({"1, 1024", "64, 1024", "65, 896", "80, 768", "128, 512", "168, 384", "255, 256"})
    void registersLimitThreads(int registers, int threads) {
        assertThat(StepLimits.maxThreads(registers)).isEqualTo(threads);
    }
}
