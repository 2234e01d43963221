package dev.kernelwright.samples.nativec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources that neither the compiler nor the linker would refuse, beside those in the corpus. */
class SourceScreenTest {
    @ParameterizedTest
    @ValueSource(strings = {"#include <stdio.h>", "#include \"math.h\"", "#include <math.h> <stdio.h>",
            "/* */ # include <unistd.h>", "#inc\\\nlude <unistd.h>", "#include_next <math.h>", "#embed </etc/passwd>",
            "%:include <math.h>", "??=include <math.h>", "#line 1", "#pragma GCC optimize 3",
            "#pragma STDC FENV_ACCESS ON",
            "#if __has_embed(</etc/passwd>)", "#define JOIN(a, b) a ## b", "#define aligned(n) constructor",
            "_Pragma(x)", "a\\\nsm(x)", "_\\\n_asm__(x)", "__attribute__((aligned(4), constructor))",
            "__attribute__((section))", "[[gnu::constructor]]", "<:<:gnu::constructor:>:>", "int \\u0061sm;",
            "fesetround(1024);", "feholdexcept(0);", "_mm_setcsr(0x8040);", "_mm_getcsr();", "__rdtsc();",
            "_MM_SET_FLUSH_ZERO_MODE(1);", "__builtin_ia32_rdtsc();", "__TIME__",
            "_xbegin();"})
    void whatReachesBeyondAKernelIsRefused(String source) {
        KernelRejectedException rejection =
                catchThrowableOfType(KernelRejectedException.class, () -> SourceScreen.screen(source));
        assertThat(rejection).as("%s", source).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"#include <math.h>", "  #  include <immintrin.h> // doesn't matter", "#pragma GCC unroll 4",
            "#define LANES 16", "#if defined __AVX512F__ && LANES == 16", "#elif defined __ARM_NEON", "#else", "#endif",
            "typedef float v __attribute__((vector_size(4 * LANES))) __attribute__((aligned(4)));",
            "/* \"quoted\" */", "_mm512_fmadd_ps(a, b, c);", "__m256i x;", "__mmask16 mask;",
            "_mm_prefetch(p, _MM_HINT_T0);", "__builtin_memcpy(a, b, 4);", "float *__restrict x;", "a[b[0]];",
            "int feature, settled; float asmall;", "_mm256_cmp_ps(a, b, _CMP_GT_OQ);"})
    void whatComputesIsNot(String source) {
        assertThatCode(() -> SourceScreen.screen(source)).doesNotThrowAnyException();
    }
}
