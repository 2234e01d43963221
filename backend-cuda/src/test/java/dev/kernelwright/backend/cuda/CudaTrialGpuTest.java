package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.KernelEvaluator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kernels that break the context which they run in, tried while the application goes on using the same GPU. */
@Tag("gpu")
class CudaTrialGpuTest {
    private static final int N = 4096;
    private static final Workload ADD = StandardOps.catalog().parse("add(n=" + N + ")", DType.F32);
    private static final String SOURCE = """
            // @step run grid=ceil_div(n,256) block=256
            extern "C" __global__ void run(const float *a, const float *b, float *out, long long n) {
                long long i = blockIdx.x * 256ll + threadIdx.x;
                out[i] = a[i] + b[i];
                FAULT
            }
            """;

    @BeforeAll
    static void requireGpu() {
        assumeTrue(new CudaBackendProvider().probe() instanceof Probe.Available,
                "this machine has no CUDA driver with a GPU");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CRASHED | *(volatile float *) 8 = 1.0f;             | CUDA_ERROR_ILLEGAL_ADDRESS
            CRASHED | __trap();                                 | cuda
            CRASHED | *(volatile int *) ((char *) out + 1) = 1; | CUDA_ERROR_MISALIGNED_ADDRESS
            TIMEOUT | while (*(volatile float *) a != 1e30f) { } | did not finish within
            """)
    void aKernelThatBreaksItsContextCostsItsWorkerAndNothingElse(ReasonCode reason, String fault, String part)
            throws IOException {
        try (ComputeRuntime runtime = ComputeRuntime.builder().devices("cuda").missPolicy(MissPolicy.BASELINE_ONLY)
                .store(new VolatileStore()).build();
                BlockPool pool = new BlockPool(1);
                Backend backend = new CudaBackendProvider().open(0, pool);
                Arena arena = Arena.ofShared()) {
            Device device = runtime.device("cuda");
            try (BoundOp add = runtime.bind(ADD, device);
                    KernelEvaluator evaluator = new KernelEvaluator(ADD, backend, 1, new Rooflines(Optional.empty()))) {
                Evaluation found =
                        evaluator.evaluate(KernelTemplate.parse(CudaBackend.LANGUAGE, SOURCE.replace("FAULT", fault))
                                .expand(Map.of(), ADD.signature()), Duration.ofSeconds(60));
                assertThat(found.reason()).as(found.message()).isEqualTo(reason);
                assertThat(found.message()).containsIgnoringCase(part);
                Tensor ones = device.allocate(arena, DType.F32, N);
                Tensor sum = device.allocate(arena, DType.F32, N);
                float[] values = new float[N];
                Arrays.fill(values, 1);
                device.copy(Tensor.of(values, N), ones);
                add.invoke(ones, ones, sum);
                Tensor host = Tensor.allocate(DType.F32, N);
                device.copy(sum, host);
                assertThat(host.toFloatArray()).containsOnly(2f);
            }
            assertThat(backend.memory().heldBytes()).isZero();
        }
    }
}
