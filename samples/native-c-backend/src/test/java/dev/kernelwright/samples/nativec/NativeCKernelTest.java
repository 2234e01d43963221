package dev.kernelwright.samples.nativec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Entry points: a plan launches functions of its own kernel, and of no other library. */
class NativeCKernelTest {
    private static final KernelSignature SIGNATURE =
            Gelu.DEFINITION.workload(DType.F32).axis("n", 100).build().signature();

    /** A function of libm, which a kernel is linked with, and two of libc, which that depends on. */
    @ParameterizedTest
    @ValueSource(strings = {"cosf", "malloc", "exit"})
    void aPlanThatLaunchesAFunctionOfTheSystemIsRefused(String entry) throws KernelRejectedException {
        assumeTrue(new NativeCProvider().probe() instanceof Probe.Available, "there is no C compiler");
        try (BlockPool pool = new BlockPool(1); Backend backend = new NativeCProvider().open(0, pool)) {
            KernelSource source = source("run");
            KernelBinary binary = backend.compile(source, SIGNATURE);
            backend.load(binary, SIGNATURE).close();
            // As in a record that somebody has changed, and as the source of one who names it in a comment.
            KernelSource other = source(entry);
            assertRefused(entry, backend,
                    new KernelBinary(binary.format(), binary.bytes(), other.plan(), binary.log()));
            assertRefused(entry, backend, backend.compile(other, SIGNATURE));
        }
    }

    private static KernelSource source(String entry) {
        return KernelTemplate.parse("C", "// @step " + entry + " grid=1\n// " + entry + """
                 () is what the plan launches
                void run(long long block, const float *restrict x, float *restrict out, long long n) {
                    out[0] = x[0];
                }
                """).expand(Map.of(), SIGNATURE);
    }

    private static void assertRefused(String entry, Backend backend, KernelBinary binary) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> backend.load(binary, SIGNATURE).close());
        assertThat(rejection).as("the plan launches %s", entry).isNotNull().hasMessageContaining(entry);
        assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
    }
}
