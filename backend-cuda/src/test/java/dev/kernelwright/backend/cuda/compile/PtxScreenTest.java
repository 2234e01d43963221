package dev.kernelwright.backend.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the assembly of a kernel may not hold, and what it may, in the form in which nvcc and NVRTC write it. */
class PtxScreenTest {
    private static final String ENTRY = """

            .visible .entry run(
            \t.param .u64 .ptr .global .align 4 run_param_0,
            \t.param .u64 run_param_1
            )
            {
            \tld.param.u64 %rd1, [run_param_0];
            \tst.global.f32 [%rd1], %f1;
            """;

    static Stream<Arguments> refused() {
        return Stream.of(arguments(ENTRY + "\tmov.u64 %rd2, %clock64;\n}", "%clock64"),
                arguments(ENTRY + "\tmov.u32 %r2, %clock;\n}", "%clock"),
                arguments(ENTRY + "\tmov.u64 %rd2, %globaltimer;\n}", "%globaltimer"),
                arguments(ENTRY + "\tmov.u32 %r2, %globaltimer_lo;\n}", "%globaltimer_lo"),
                arguments(ENTRY + "\tmov.u32 %r2, %pm0;\n}", "%pm0"),
                arguments(ENTRY + "\tmov.u32 %r2, %smid;\n}", "%smid"),
                arguments(ENTRY + "\tmov.u32 %r2, %nwarpid;\n}", "%nwarpid"),
                arguments(ENTRY + "\tmov.u64 %rd2, %gridid;\n}", "%gridid"),
                arguments(".global .align 4 .u32 calls;" + ENTRY + "\tmov.u64 %rd4, calls;\n}", "calls"),
                arguments(".visible .global .align 4 .b8 kept[4096];" + ENTRY + "\tmov.u64 %rd4, kept;\n}", "kept"),
                arguments(".global .attribute(.managed) .align 4 .u32 shared;" + ENTRY + "\tmov.u64 %rd4, shared;\n}",
                        "shared"),
                arguments(".global .align 4 .u32 table = 1;\n.global .align 4 .u32 _ZZ3runE5calls;" + ENTRY
                        + "\tmov.u64 %rd4, _ZZ3runE5calls;\n}",
                        "_ZZ3runE5calls"),
                arguments(ENTRY + "{ .global .u32 inside; st.global.u32 [inside], 1; }\n}", "inside"),
                arguments(".extern .func  (.param .b32 func_retval0) vprintf\n(\n\t.param .b64 vprintf_param_0\n)\n;"
                        + ENTRY + "}", "vprintf"),
                arguments(".extern .func __assertfail\n(\n\t.param .b64 p\n)\n;" + ENTRY + "}", "__assertfail"),
                arguments(ENTRY + "\ttex.1d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [%rd1, {%r1}];\n}", "tex.1d.v4.f32.s32"),
                arguments(ENTRY + "\t@%p1 sust.b.1d.b32.trap [%rd1, {%r1}], {%r2};\n}", "sust.b.1d.b32.trap"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void isRefused(String ptx, String named) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> PtxScreen.screen(ptx, ""));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
        assertThat(rejection).hasMessageContaining("'" + named + "'").hasMessageContaining(": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"// %clock64, .extern .func vprintf\n", "/* .global .u32 calls; */\n",
            ".global .align 4 .b8 __cudart_i2opi_f[24] = {65, 144, 67, 60};\n", ".const .align 4 .b8 table[16];\n",
            ".weak .global .align 1 .u8 _ZN4cuda3std3__417integral_constantIbLb0EE5valueE;\n",
            ".extern .shared .align 16 .b8 tile[];\n", ".func  (.param .b32 func_retval0) deeper(.param .b32 p)\n;\n"})
    void anHonestKernelIsNotRefused(String beginning) {
        assertThatCode(() -> PtxScreen.screen(beginning + ENTRY + "\tmov.u32 %r2, %laneid;\n\tmov.u32 %r3, %tid.x;\n"
                + "\tmov.u32 %r4, %cluster_ctarank;\n\tcvta.to.global.u64 %rd3, %rd1;\n}", ""))
                .doesNotThrowAnyException();
    }

    /** The waiting of its barriers looks at the time. */
    @ParameterizedTest
    @ValueSource(strings = {"#include <cuda/barrier>\n", "  # include \"cuda/std/atomic\"\n"})
    void libcuxxMayReadTheTimer(String source) {
        assertThatCode(() -> PtxScreen.screen(ENTRY + "\tmov.u64 %rd2, %globaltimer;\n}", source))
                .doesNotThrowAnyException();
    }
}
