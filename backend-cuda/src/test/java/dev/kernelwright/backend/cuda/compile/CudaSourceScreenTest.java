package dev.kernelwright.backend.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Sources that would read a file of the host, and sources that would not. */
class CudaSourceScreenTest {
    @SuppressWarnings("unused") // by name, as the source of a test
    private static final List<String> HOSTILE = List.of(
            "#include \"/etc/passwd\"",
            "#include </etc/passwd>",
            "#include <cuda/../../../../etc/passwd>",
            "#include \"../kernel.cu\"",
            "#include <stdio.h>",
            "#include_next <cuda_fp16.h>",
            "#import \"/etc/passwd\"",
            "#embed \"/etc/passwd\"",
            "  #  include \"/etc/passwd\"",
            "\t#\tinclude\t\"/etc/passwd\"",
            "\f#include \"/etc/passwd\"",
            "\u000b#include \"/etc/passwd\"",
            "%:include \"/etc/passwd\"",
            "??=include \"/etc/passwd\"",
            "#inc\\\nlude \"/etc/passwd\"",
            "#\\\ninclude \"/etc/passwd\"",
            "\\\n#include \"/etc/passwd\"",
            "#inc\\\r\nlude \"/etc/passwd\"",
            "// \\ \n#include \"/etc/passwd\"",
            "// ??/\n#include \"/etc/passwd\"",
            "//\r#include \"/etc/passwd\"",
            "/* */ #include \"/etc/passwd\"",
            "/* \n */#include \"/etc/passwd\"",
            "/* \n#define x */ #include \"/etc/passwd\"",
            "/* \n# /* */ #include \"/etc/passwd\"",
            "#/* */include \"/etc/passwd\"",
            "#/*\n*/include \"/etc/passwd\"",
            "#include /*\n*/ \"/etc/passwd\"",
            "#include/**/\"/etc/passwd\"",
            "const char *a = \"/*\";\n#include \"/etc/passwd\"\nconst char *b = \"*/\";",
            "const char *a = R\"(/*)\";\n#include \"/etc/passwd\"\nconst char *b = \"*/\";",
            "int a = 1'000; // '\n#include \"/etc/passwd\"",
            "#define FILE \"/etc/passwd\"\n#include FILE",
            "#define FILE <cuda_fp16.h>\n#include FILE",
            "#include <cuda_fp16.h\n>",
            "#line 1 \"/etc/passwd\"\n#warning x",
            "# 1 \"/etc/passwd\"\n#warning x",
            "#if __has_include(\"/etc/passwd\")\n#endif",
            "#if __has_\\\ninclude(\"/etc/passwd\")\n#endif",
            "#if defined(__has_include) && __has_include_next(</etc/passwd>)\n#endif",
            "#if __has_embed(\"/etc/passwd\")\n#endif",
            "#define CAT(a, b) a##b\n#if CAT(__has_, include)(</etc/passwd>)\n#endif",
            "#define CAT(a, b) a %:%: b\n#if 0\n#elif CAT(__has_, include)(</etc/passwd>)\n#endif",
            "#define CAT(a, b) a##b\n#define X CAT(__has_, include)(</etc/passwd>)\n#if X\n#endif",
            "#define CAT(a, b) a##b\n#if /*\n*/ CAT(__has_, include)(</etc/passwd>)\n#endif",
            "__global__ void k() { asm(\".incbin \\\"/etc/passwd\\\"\"); }",
            "#pragma GCC dependency \"/etc/passwd\"",
            "#pragma include_alias(\"a\", \"b\")",
            "_Pragma(\"GCC dependency \\\"/etc/passwd\\\"\")",
            "#define P(x) _Pragma(#x)\nP(GCC dependency \"/etc/passwd\")",
            "__pragma(include_alias(\"a\", \"b\"))",
            "#define __CUDA_FP16_H__\n#include <cuda_fp16.h>",
            "#undef __CUDA_ARCH__",
            "#ident \"x\"",
            "#\\u0069nclude \"/etc/passwd\"",
            "int a;\u0000\n");

    @SuppressWarnings("unused") // by name, as the source of a test
    private static final List<String> HONEST = List.of(
            "",
            "#include <cuda_fp16.h>\n#include <cuda_bf16.h>\n#include <cuda_fp8.h>\n#include <mma.h>",
            "#include <cooperative_groups.h>\n#include <cooperative_groups/reduce.h>\n#include <cuda_pipeline.h>",
            "#include <cuda/barrier>\n#include <cuda/std/cstdint>\n#include <cuda/ptx>\n#include <cuda.h>",
            "#include \"cuda_runtime.h\" // for float4\n# include <math_constants.h> /* CUDART_INF_F */",
            "#pragma once\n#pragma unroll 4\n#pragma nv_diag_suppress 177",
            "#define UNROLL _Pragma(\"unroll\")\n#define STR(x) #x\n#define LINE(line) #line",
            "#define LOAD(n) load_##n()\n#if defined(FAST) && __CUDA_ARCH__ >= 900\n#endif",
            "#define TILE 64\n#if TILE > 32\n#elif TILE == 32\n#else\n#error \"tile\"\n#endif",
            "#define LONG_ONE(a) \\\n    do { a; } while (0)\r\n#undef LONG_ONE\n#\n",
            "// step #1: see #include in the toolkit's documents, and issue #12\nint a = 7 % 2;",
            "__global__ void k() { asm volatile(\"mov.u32 %0, %%laneid;\" :: ); }");

    @ParameterizedTest
    @FieldSource("HOSTILE")
    void aSourceThatCouldReadAFileIsRefusedWithItsLine(String source) {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> SourceScreen.screen("\n" + source + "\n"));
        assertThat(e).isNotNull();
        assertThat(e.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
        assertThat(e).hasMessageMatching("(?s)line [2-5] of the source has .*, which is not allowed: .*");
    }

    @ParameterizedTest
    @FieldSource("HONEST")
    void anHonestSourceIsNotRefused(String source) {
        assertThatCode(() -> SourceScreen.screen(source)).doesNotThrowAnyException();
    }

    @Test
    void theLineNamedIsTheOneInTheSource() {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> SourceScreen.screen("int a;\n#define M \\\r\n 1\n\n#include <stdio.h>\n"));
        assertThat(e).hasMessageStartingWith("line 5 of the source has #include <stdio.h>, which is not allowed:"
                + " include only headers for device code");
    }
}
