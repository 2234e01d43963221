package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.trial.InstrumentedRun;
import dev.kernelwright.tuning.trial.InstrumentedRun.Outcome;
import dev.kernelwright.tuning.trial.WorkerLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What compute-sanitizer says of kernels on a GPU, where both are. */
@Tag("gpu")
class ComputeSanitizerGpuTest {
    private static final int COUNT = 50;
    private static final KernelSignature SIGNATURE =
            Gelu.DEFINITION.workload(DType.F32).axis("n", COUNT).build().signature();

    private static List<Instrument> instruments;
    private static BlockPool pool;
    private static Backend backend;

    @BeforeAll
    static void open() {
        CudaBackendProvider provider = new CudaBackendProvider();
        assumeTrue(provider.probe() instanceof Probe.Available, "this machine has no CUDA driver with a GPU");
        instruments = provider.instruments(0);
        assumeTrue(!instruments.isEmpty(), "compute-sanitizer is not installed");
        pool = new BlockPool(1);
        backend = provider.open(0, pool);
    }

    @AfterAll
    static void close() {
        if (backend != null) {
            backend.close();
            pool.close();
        }
    }

    private static Outcome run(String tool, String body) {
        Instrument instrument = instruments.stream().filter(each -> each.name().endsWith(tool)).findFirst()
                .orElseThrow();
        KernelTemplate template = KernelTemplate.parse(CudaBackend.LANGUAGE, """
                // @step run grid=1 block=64
                extern "C" __global__ void run(const float *x, float *out, long long n) {
                    __shared__ float values[64];
                    int i = threadIdx.x;
                BODY}
                """.replace("BODY", body));
        return InstrumentedRun.of(WorkerLimits.DEFAULT, backend, instrument, template.expand(Map.of(), SIGNATURE),
                SIGNATURE, new long[]{COUNT}, Duration.ofMinutes(1));
    }

    private static void assertFaulty(Outcome outcome, ReasonCode reason, String part) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Faulty.class, faulty -> {
            assertThat(faulty.fault().reason()).isEqualTo(reason);
            assertThat(faulty.fault().message()).startsWith("compute-sanitizer ").contains(part);
        });
    }

    @Test
    void aRightKernelIsCleanUnderEachTool() {
        String right = "values[i] = i < n ? x[i] : 0;\n__syncthreads();\nif (i < n) {\nout[i] = values[63 - i];\n}\n";
        for (String tool : List.of("memcheck", "racecheck", "initcheck")) {
            assertThat(run(tool, right)).as(tool).isEqualTo(new Outcome.Clean());
        }
    }

    /** The threads beyond 50: tensors are as large as they say, so nothing lies there. */
    @Test
    void aWriteOutOfBoundsIsFound() {
        assertFaulty(run("memcheck", "out[i] = i;\n"), ReasonCode.OUT_OF_BOUNDS, "__global__ write of size 4");
    }

    /** Between warps, of which a block of 64 threads has two. */
    @Test
    void aRaceInSharedMemoryIsFound() {
        assertFaulty(run("racecheck", "values[i] = i;\nif (i < n) {\nout[i] = values[63 - i];\n}\n"),
                ReasonCode.NON_DETERMINISTIC, "hazard");
    }

    @Test
    void aReadOfWhatNobodyWroteIsFound() {
        assertFaulty(run("initcheck", "if (i < n) {\nout[i] = out[i] + x[i];\n}\n"), ReasonCode.NON_DETERMINISTIC,
                "Uninitialized __global__ memory read");
    }
}
