package dev.kernelwright.samples.nativec;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses what can be seen in a source and neither compiler nor linker refuses: files of the host, assembly,
 * instructions and functions that read clocks or change the processor's state, and orders to the compiler.
 *
 * <p>It contains nothing: a pointer that is made from a number reaches all memory of the process. That is the trial
 * worker's business.
 */
final class SourceScreen {
    private static final Pattern SPLICE = Pattern.compile("\\\\[ \t]*\r?\n");
    private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    /** Names that begin with an underscore are the compiler's; these are what kernels have a use for. */
    private static final String RESERVED = "_mm(?:256|512)?_(?!getcsr|setcsr|mwait|monitor|cl)\\w+|__m\\d+[dhi]?"
            + "|__mmask\\d+|_MM_(?:HINT|SHUFFLE|FROUND)\\w*|_CMP_\\w+|__attribute__|__restrict__|__restrict|_Bool"
            + "|_Float16|__bf16|_Alignas|_Alignof|_Static_assert|__(?:AVX|FMA|F16C|ARM_|aarch64|x86_64)\\w*"
            + "|__builtin_(?:expect|assume_aligned|convertvector|shuffle|shufflevector|prefetch|memcpy|memset)";
    private static final String ATTRIBUTE = "(?:vector_size|aligned|may_alias|always_inline|noinline)";
    private static final Pattern FORBIDDEN = Pattern.compile("[\"']|##|%:|<:|\\?\\?|\\\\u|\\[\\s*\\[|\\basm\\b"
            + "|\\b(?!(?:" + RESERVED + ")\\b)_\\w+|\\bfe(?:set|get|clear|raise|hold|update|test|enable|disable)\\w*"
            + "|\\bsigngam\\b|__attribute__(?!\\s*\\(\\(\\s*" + ATTRIBUTE + "\\s*(?:\\([\\w\\s*]+\\))?\\s*\\)\\))"
            + "|(?m:^[ \t]*#[ \t]*+(?!define\\b(?!\\s+" + ATTRIBUTE + "\\b)|undef\\b|ifn?def\\b|if\\b|el(?:se|if)\\b"
            + "|endif\\b|pragma\\s+(?:GCC\\s+(?:unroll|ivdep)|unroll|STDC\\s+FP_CONTRACT)\\b"
            + "|include\\s*<(?:math|stdint|stddef|stdbool|float|limits|immintrin|arm_neon)\\.h>\\s*$).*)");

    private SourceScreen() {}

    /**
     * Screens a source.
     *
     * @throws KernelRejectedException {@link ReasonCode#FORBIDDEN_MEMBER}, naming the first thing that is not allowed
     */
    static void screen(String source) throws KernelRejectedException {
        // Quotes are forbidden outside of comments, so what looks like a comment here is one to the compiler.
        Matcher found = FORBIDDEN.matcher(COMMENT.matcher(SPLICE.matcher(source).replaceAll("")).replaceAll(" "));
        if (found.find()) {
            throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "the kernel has '" + found.group().strip()
                    + "' in its source, which is not allowed: use plain C, vector types, and the intrinsics that"
                    + " compute, with math.h, stdint.h, stddef.h, stdbool.h, float.h, limits.h or immintrin.h");
        }
    }
}
