package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a launch gives, with the parameters of {@code gelu}: {@code x[n] -> out[n]}, against what assembly declares. */
class EntryPointsTest {
    private static final KernelSignature SIGNATURE =
            Gelu.DEFINITION.workload(DType.F32).axis("n", 0, 1000).build().signature();
    private static final String WORD = "\t.param .u64 .ptr .global .align 4 p";

    private static LaunchPlan plan(String directives) {
        return KernelTemplate.parse(CudaBackend.LANGUAGE, directives).expand(Map.of(), SIGNATURE).plan();
    }

    private static String entry(String name, String... parameters) {
        return ".visible .entry " + name + "(\n" + String.join(",\n", parameters) + "\n)\n.maxntid 64\n{ ret; }\n";
    }

    private static void require(String ptx, String directives) throws KernelRejectedException {
        EntryPoints.require(ptx, plan(directives), SIGNATURE);
    }

    @Test
    void whatIsDeclaredAsItIsLaunchedPasses() {
        assertThatCode(() -> require(entry("other") + entry("run", WORD + "0", WORD + "1", "\t.param .u64 n"),
                "// @step run grid=n block=64\n")).doesNotThrowAnyException();
        assertThatCode(() -> require(entry("run", WORD + "0", WORD + "1", WORD + "2", "\t.param .u32 n",
                "\t.param .align 64 .b8 map[128]"),
                "// @step run grid=n block=64\n// @workspace 4*n\n// @tensor_map x dims=n box=64\n"))
                .doesNotThrowAnyException();
        assertThatCode(() -> require("", "// @step run grid=n block=64\n")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"start | .param .u64 a, .param .u64 b, .param .u64 n | no such kernel",
            "run | .param .u64 a, .param .u64 b | has 2 parameters, but a launch gives 3",
            "run | .param .u64 a, .param .u64 b, .param .u64 n, .param .u64 m | has 4 parameters, but a launch gives 3",
            "run | .param .u64 a, .param .u64 b, .param .align 8 .b8 n[4000] | has 4000 bytes, but a launch gives it 8"})
    void anythingElseIsRefused(String name, String parameters, String message) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> require(entry(name, parameters.split(", ")), "// @step run grid=n block=64\n"));
        assertThat(rejection).isNotNull().hasMessageContaining(message).hasMessageContaining(": declare");
        assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
    }
}
