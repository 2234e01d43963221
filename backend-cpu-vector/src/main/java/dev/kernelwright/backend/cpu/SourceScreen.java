package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;

/**
 * Decides whether a source may be given to the compiler, which runs in the application's process.
 *
 * <p>The compiler computes constants: strings of which each is twice the one before fill any heap within forty lines. A
 * kernel has no use for strings, so there are none. And it follows nested expressions by nested calls, so there is a
 * limit on brackets. What compiles is judged by {@link ClassFileScreen}.
 */
final class SourceScreen {
    private static final int MAX_DEPTH = 100;

    private final String source;
    private final StringBuilder code = new StringBuilder();
    private int depth;

    private SourceScreen(String source) {
        this.source = source;
    }

    /**
     * Screens a source.
     *
     * @return the source with a blank in place of each comment
     * @throws KernelRejectedException naming the first thing that is not allowed
     */
    static String screen(String source) throws KernelRejectedException {
        // An escape may be any character, also one that begins or ends a comment.
        if (source.contains("\\u")) {
            throw forbidden("a character written as \\u", "write the character itself");
        }
        SourceScreen screen = new SourceScreen(source);
        for (int at = 0; at < source.length();) {
            at = screen.take(at);
        }
        return screen.code.toString();
    }

    /** Takes a comment or a character, and returns where the next one begins. */
    private int take(int at) throws KernelRejectedException {
        if (source.startsWith("//", at)) {
            code.append(' ');
            return endOfLine(at);
        }
        if (source.startsWith("/*", at)) {
            code.append(' ');
            int end = source.indexOf("*/", at + 2);
            return end < 0 ? source.length() : end + 2;
        }
        char character = source.charAt(at);
        switch (character) {
            case '"', '\'' -> throw forbidden("a string or a character", "use numbers only");
            case '(', '[', '{' -> depth++;
            case ')', ']', '}' -> depth--;
            default -> {
                // Is of no interest before it is compiled.
            }
        }
        if (depth > MAX_DEPTH) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "the kernel nests more than " + MAX_DEPTH
                    + " brackets: divide the expression into several, with local variables");
        }
        code.append(character);
        return at + 1;
    }

    private int endOfLine(int at) {
        int end = at;
        while (end < source.length() && source.charAt(end) != '\n' && source.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    private static KernelRejectedException forbidden(String found, String cure) {
        return new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER,
                "the kernel has " + found + " in its source, which is not allowed: " + cure);
    }
}
