package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
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
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Oclgrind says of kernels in a process of their own, where it is installed. */
class InstrumentedRunTest {
    private static final int COUNT = 50;
    private static final KernelSignature SIGNATURE =
            Gelu.DEFINITION.workload(DType.F32).axis("n", COUNT).build().signature();

    private static BlockPool pool;
    private static Backend backend;
    private static Instrument oclgrind;

    @BeforeAll
    static void open() {
        BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get)
                .filter(each -> each.name().equals("opencl")).findFirst().orElseThrow();
        assumeTrue(provider.probe() instanceof Probe.Available, "OpenCL has no device here");
        List<Instrument> instruments = provider.instruments(0);
        assumeTrue(!instruments.isEmpty(), "Oclgrind is not installed");
        oclgrind = instruments.getFirst();
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

    private static Outcome run(String body) {
        KernelTemplate template = KernelTemplate.parse("opencl-c", """
                // @step run grid=ceil_div(n,16) block=16
                __kernel void run(__global const float *x, __global float *out, long n) {
                    long i = get_global_id(0);
                """ + body + "}\n");
        return InstrumentedRun.of(WorkerLimits.DEFAULT, backend, oclgrind, template.expand(Map.of(), SIGNATURE),
                SIGNATURE, new long[]{COUNT}, Duration.ofMinutes(2));
    }

    @Test
    void aRightKernelIsClean() {
        assertThat(run("if (i < n) {\nout[i] = 2 * x[i];\n}\n")).isEqualTo(new Outcome.Clean());
    }

    /** The last group's items beyond 50: tensors are as large as they say, so nothing lies there. */
    @Test
    void aWriteOutOfBoundsIsToldWithItsSourceLine() {
        assertThat(run("float value = i < n ? x[i] : 0;\nout[i] = 2 * value;\n"))
                .isInstanceOfSatisfying(Outcome.Faulty.class, faulty -> {
                    assertThat(faulty.fault().reason()).isEqualTo(ReasonCode.OUT_OF_BOUNDS);
                    assertThat(faulty.fault().message()).startsWith("Oclgrind found: Invalid write of size 4")
                            .contains("At line 5 (column");
                });
    }

    @Test
    void aReadOfWhatNobodyWroteIsToldWithItsSourceLine() {
        assertThat(run("if (i < n) {\nout[i] = out[i] + x[i];\n}\n"))
                .isInstanceOfSatisfying(Outcome.Faulty.class, faulty -> {
                    assertThat(faulty.fault().reason()).isEqualTo(ReasonCode.NON_DETERMINISTIC);
                    assertThat(faulty.fault().message()).contains("Uninitialized value", "At line 5 (column");
                });
    }
}
