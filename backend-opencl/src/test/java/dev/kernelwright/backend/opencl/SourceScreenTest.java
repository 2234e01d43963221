package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the text of a kernel may not hold, and what it may. That of the backend's own templates is screened by the contract. */
class SourceScreenTest {
    private static final String KERNEL = "\n__kernel void run(__global float *out, long n) { out[0] = n; }\n";

    static Stream<Arguments> refused() {
        return Stream.of(
                arguments("a file", "#include \"/etc/passwd\"" + KERNEL, "#include"),
                arguments("a file, with spaces", " # include <stdio.h>" + KERNEL, "#include"),
                arguments("a file, by a digraph", "%:include <stdio.h>" + KERNEL, "#include"),
                arguments("a file, by a trigraph", "??=include <stdio.h>" + KERNEL, "#include"),
                arguments("a file, over two lines", "#inc\\\nlude <stdio.h>" + KERNEL, "#include"),
                arguments("a file, after a comment", "/* x */ #include <stdio.h>" + KERNEL, "#include"),
                arguments("the next file", "#include_next <stdio.h>" + KERNEL, "#include_next"),
                arguments("an import", "#import <stdio.h>" + KERNEL, "#import"),
                arguments("embedded bytes", "#embed \"/etc/passwd\"" + KERNEL, "#embed"),
                arguments("another line number", "#line 7" + KERNEL, "#line"),
                arguments("whether a file is there", "#if __has_include(<stdio.h>)\n#endif" + KERNEL, "__has_include"),
                arguments("an unknown pragma", "#pragma clang diagnostic ignored \"-Wall\"" + KERNEL, "#pragma"),
                arguments("a pragma as an operator", "_Pragma(\"weak exit\")" + KERNEL, "_Pragma"),
                arguments("a name put together", "#define CALL(a, b) a##b" + KERNEL, "##"),
                arguments("a name put together by digraphs", "#define CALL(a, b) a%:%:b" + KERNEL, "##"),
                arguments("inline assembly", "__kernel void run() { asm(\"hlt\"); }", "asm"),
                arguments("inline assembly, otherwise", "__kernel void run() { __asm__ volatile(\"hlt\"); }",
                        "__asm__"),
                arguments("inline assembly over two lines", "__kernel void run() { as\\\nm(\"hlt\"); }", "asm"),
                arguments("output", "__kernel void run() { printf(\"x\"); }", "printf"),
                arguments("the compiler's own function", "__kernel void run() { __builtin_trap(); }",
                        "__builtin_trap"),
                arguments("a function of the process", "extern int system(const char *);" + KERNEL, "extern"),
                arguments("a prototype", "int system(__constant char *text);" + KERNEL, "int system"),
                arguments("a prototype of no parameters", "void abort(void);" + KERNEL, "void abort"),
                arguments("a prototype after a function", KERNEL + "void abort();", "void abort"),
                arguments("a prototype among others", "typedef float real; void abort();" + KERNEL, "void abort"),
                arguments("a prototype beside a constant", "__constant int x = 1, abort();" + KERNEL, "abort"),
                arguments("a prototype between strings",
                        "__constant char A[] = \"/*\"; void abort(); __constant char B[] = \"*/\";" + KERNEL, "\""),
                arguments("a prototype behind a digraph", "int one() { return 1; %> void abort();" + KERNEL, "%>"),
                arguments("a prototype behind a trigraph", "int one() { return 1; ??> void abort();" + KERNEL, "??"),
                arguments("a prototype behind a brace", "int one() { return 1; } } void abort(); {" + KERNEL,
                        "a brace without its partner"),
                arguments("a brace that a macro closes", "#define CLOSE }\nint one() { return 1; CLOSE" + KERNEL,
                        "a brace without its partner"),
                arguments("macros that double", doubling("E%d E%d + E%d", 30) + KERNEL, "macros"),
                arguments("a macro that doubles its argument", "#define TWICE(e) (e + e)\n__constant int x = "
                        + "TWICE(".repeat(30) + "1" + ")".repeat(30) + ";" + KERNEL, "macros"),
                arguments("a macro that calls another", "#define TWICE(e) (e + e)\n#define APPLY(f, e) f(e)\n"
                        + "__constant int x = " + "APPLY(TWICE, ".repeat(30) + "1" + ")".repeat(30) + ";" + KERNEL,
                        "macros"),
                arguments("a macro that hands its argument on", "#define TWICE(e) (e + e)\n#define HAND(e) TWICE(e)\n"
                        + "__constant int x = " + "HAND(".repeat(30) + "1" + ")".repeat(30) + ";" + KERNEL, "macros"),
                arguments("a macro by another name", "#define TWICE(e) (e + e)\n#define T TWICE\n__constant int x = "
                        + "T(".repeat(30) + "1" + ")".repeat(30) + ";" + KERNEL, "macros"),
                arguments("macros deeper than is needed", doubling("E%d E%d", 200) + KERNEL, "macros"),
                arguments("recursion", "static int more(int x) { return more(x + 1); }" + KERNEL,
                        "recursion, in 'more'"),
                arguments("recursion through another", """
                        static int one(int x) { return x; }
                        static int more(int x) { if (x) { one(x); } return two(x); }
                        __attribute__((always_inline)) static int two(int x) { return more(x); }
                        """ + KERNEL, "recursion, in 'more'"),
                arguments("recursion by a macro",
                        "#define AGAIN(x) more(x)\nstatic int more(int x) { return AGAIN(x + 1); }" + KERNEL,
                        "recursion"),
                arguments("a variable of the process", "int environ;" + KERNEL, "int environ"),
                arguments("a launch of its own", "__kernel void run() { enqueue_kernel(q, 0, r, f); }",
                        "enqueue_kernel"),
                arguments("a variable of the program", "__global int calls = 1;" + KERNEL, "__global int calls = 1"),
                arguments("a variable of the program, by default", "int calls = 1;" + KERNEL, "int calls = 1"),
                arguments("a variable in braces", "static global int calls[] = {1, 2};" + KERNEL, "outlives a launch"),
                arguments("a pointer to constants", "__constant int *__global next = 0;" + KERNEL, "next"),
                arguments("a pointer to constants, by default", "__constant int *next = 0;" + KERNEL, "next"),
                arguments("a pointer beside a constant", "__constant int one = 1, *next = 0;" + KERNEL, "next"),
                arguments("a pointer beside a constant of a function",
                        "__kernel void run() { static __constant int one = 1, *next = 0; }", "next"),
                arguments("a table of a function", "__kernel void run() { static float table[2] = {1, 2}; }",
                        "'static float table[2] = {...}'"),
                arguments("a variable of a function", "__kernel void run() { static __global int calls = 1; calls++; }",
                        "static __global int calls"),
                arguments("a variable of a function, by default",
                        "__kernel void run() { for (;;) { static int calls; } }",
                        "static int calls"),
                arguments("a variable behind a constant of a function",
                        "__kernel void run() { static __constant int one = 1; static\nint calls; }",
                        "static int calls"),
                arguments("a constructor", "__attribute__((constructor)) void start() { }" + KERNEL, "constructor"),
                arguments("an alias", "void a() __attribute__((alias(\"exit\")));" + KERNEL, "alias"),
                arguments("a section", "__attribute__ (( section(\".init\"))) int x = 1;" + KERNEL, "section"));
    }

    /** Macros that each name the one before, the first of which is a number, and a constant of the last. */
    private static String doubling(String form, int count) {
        StringBuilder text = new StringBuilder("#define E0 1\n");
        for (int i = 1; i <= count; i++) {
            text.append("#define ").append(String.format(Locale.ROOT, form, i, i - 1, i - 1)).append('\n');
        }
        return text.append("__constant int x = E").append(count).append(';').toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void isRefused(@SuppressWarnings("unused") String name, String source, String named) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> SourceScreen.screen(source));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
        assertThat(rejection).hasMessageContaining(named).hasMessageContaining(": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"// printf, asm and #include are only spoken of\n",
            "/* extern int system(char *); */\n", "#pragma unroll 4\n",
            "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n", "#pragma OPENCL FP_CONTRACT OFF\n",
            "#ifdef cl_khr_fp64\ntypedef double real;\n#else\ntypedef float real;\n#endif\n",
            "__constant float TABLE[4] = {1.0f, 2.0f, 3.0f, 4.0f};\n", "__constant int SIZE = 4, TWICE = 8;\n",
            "__constant float ROOT = sqrt(2.0f);\n", "constant int AREA = 4 * 4;\n",
            "__constant float SQUARE[2 * 2] = {1, 2, 3, 4};\n", "__constant int n_global = 4;\n",
            "static const __constant int A = 1;\n",
            "float table(int i) { static __constant float VALUES[2] = {1.0f, 2.0f}; return VALUES[i]; }\n",
            "typedef struct { float x; float y; } pair;\n", "struct pair { float x; };\n", "enum kind { ONE, TWO };\n",
            "static float twice(float x) { return 2 * x; }\n",
            "static int one(int x) { return x; }\nstatic int two(int x) { return one(x) + one(x); }\n#define one(x) one(x)\n",
            "inline float twice(float x) { return 2 * x; }\n",
            "__attribute__((reqd_work_group_size(64, 1, 1))) __kernel void other(__global float *out) { out[0] = 1; }\n",
            "#define ADD(a, b) ((a) + (b))\n#define THREE(a) ADD(a, ADD(a, a))\n__constant int x = THREE(THREE(1));\n",
            "#define TILE 16\n#if TILE == 16 && defined(TILE)\n#undef TILE\n#endif\n", "\n\n\t\n"})
    void anHonestSourceIsNotRefused(String beginning) {
        assertThatCode(() -> SourceScreen.screen(beginning + KERNEL)).doesNotThrowAnyException();
    }
}
