package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides whether a source may be given to the compiler at all: it must not make the compiler read a file of the host,
 * whose text would come back in the log or in the binary.
 *
 * <p>Directives are looked at wherever the preprocessor could see one: a {@code #} that only blanks divide from the
 * beginning of a line, or from the end of a comment. Strings and comments are not taken out first, so there is no
 * question of whose idea of them is right, the compiler's or ours; a directive that is quoted or commented out is judged
 * as if it were not. What is listed is allowed, and everything else is not. {@code #line} is not, since compilers quote
 * the lines of the file that it names.
 *
 * <p>What the toolkit's headers include themselves is not looked at: they include by literal names only, and a source
 * cannot define the names that begin with two underscores, by which they are steered.
 */
final class SourceScreen {
    private static final Set<String> CONDITIONS = Set.of("if", "elif");
    private static final Set<String> DEFINITIONS = Set.of("define", "undef");
    private static final Set<String> HARMLESS = Set.of("ifdef", "ifndef", "elifdef", "elifndef", "else", "endif",
            "error", "warning");

    private static final Pattern ALLOWED_HEADER = Pattern.compile("cuda_(?:fp16|bf16|fp8|fp6|fp4)\\.h|mma\\.h"
            + "|cuda_(?:runtime|pipeline|awbarrier)\\.h|cuda_(?:pipeline|awbarrier)_primitives\\.h|cuda\\.h"
            + "|cooperative_groups\\.h|cooperative_groups/[a-z_]+\\.h|cuda/(?:std/)?[a-z_]+|cuComplex\\.h"
            + "|math_constants\\.h|device_launch_parameters\\.h|vector_(?:types|functions)\\.h");
    private static final String HEADERS = "include only headers for device code, by their literal names: cuda_fp16.h,"
            + " cuda_bf16.h, cuda_fp8.h, mma.h, cooperative_groups.h, cooperative_groups/*.h, cuda_pipeline.h,"
            + " cuda_runtime.h, cuda.h, math_constants.h, cuda/*, cuda/std/*";
    private static final String ALLOWED_PRAGMA = "(?:unroll|nounroll|once|nv_diag\\w*|nv_exec_check_disable)\\b";

    private static final Pattern AMBIGUOUS = Pattern.compile("[\\x00-\\x08\\x0E-\\x1F\\x7F]|\\r(?!\\n)"
            + "|\\\\[ \\t\\f\\x0B]+\\r?\\n|\\?\\?[=/]");
    private static final Pattern DIRECTIVE = Pattern.compile("(?:^|\\*/)[ \\t\\f\\x0B]*(?:#|%:)"
            + "(?=(?:[ \\t\\f\\x0B]|/\\*[\\s\\S]*?\\*/)*+([^\\n]*))", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("([A-Za-z_]\\w*)(.*)", Pattern.DOTALL);
    private static final Pattern OPERAND = Pattern.compile("\\s*(?:<([^<>\"]*)>|\"([^<>\"]*)\").*", Pattern.DOTALL);
    private static final Pattern PRAGMA = Pattern.compile("\\s*" + ALLOWED_PRAGMA + ".*", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("__has_(?:include|embed)\\w*|__pragma\\b|\\.\\s*incbin"
            + "|_Pragma\\b(?!\\s*\\(\\s*\"\\s*" + ALLOWED_PRAGMA + ")");
    private static final Pattern PASTE = Pattern.compile("##|%:%:");
    private static final Pattern DEFINED = Pattern.compile("\\bdefined\\s*(?:\\(\\s*\\w+\\s*\\)|\\w+)");
    private static final Pattern OTHER_NAME = Pattern.compile("\\b(?!__CUDA_ARCH__\\b)[A-Za-z_]\\w*|/\\*");

    /** The source with lines that a backslash joins joined. */
    private final String text;
    /** The line in the source of each character of {@code text}. */
    private final int[] lines;

    private SourceScreen(String source) throws KernelRejectedException {
        Matcher ambiguous = AMBIGUOUS.matcher(source);
        if (ambiguous.find()) {
            int line = 1 + (int) source.substring(0, ambiguous.start()).chars().filter(c -> c == '\n').count();
            throw forbidden(line, "a control character, a trigraph, or a blank after a backslash at the end of a line",
                    "remove it, since compilers differ in how they read it");
        }
        String unix = source.replace("\r\n", "\n");
        StringBuilder joined = new StringBuilder(unix.length());
        int[] lineOf = new int[unix.length()];
        int line = 1;
        for (int i = 0; i < unix.length(); i++) {
            char c = unix.charAt(i);
            if (c == '\\' && i + 1 < unix.length() && unix.charAt(i + 1) == '\n') {
                line++;
                i++;
                continue;
            }
            lineOf[joined.length()] = line;
            joined.append(c);
            if (c == '\n') {
                line++;
            }
        }
        text = joined.toString();
        lines = Arrays.copyOf(lineOf, text.length());
    }

    /**
     * Screens a source.
     *
     * @throws KernelRejectedException naming the line of the first thing that is not allowed
     */
    static void screen(String source) throws KernelRejectedException {
        new SourceScreen(source).screen();
    }

    private void screen() throws KernelRejectedException {
        Matcher word = WORD.matcher(text);
        if (word.find()) {
            throw forbidden(lines[word.start()], word.group(), "a kernel cannot ask for files, or give the compiler"
                    + " orders other than #pragma unroll");
        }
        boolean pastes = PASTE.matcher(text).find();
        Matcher directive = DIRECTIVE.matcher(text);
        while (directive.find()) {
            screen(lines[directive.end() - 1], directive.group(1), pastes);
        }
    }

    private static void screen(int line, String directive, boolean pastes) throws KernelRejectedException {
        if (directive.isBlank() || directive.startsWith("//")) {
            return;
        }
        Matcher parts = NAME.matcher(directive);
        String name = parts.matches() ? parts.group(1) : "";
        String rest = parts.matches() ? parts.group(2) : directive;
        if (name.equals("include")) {
            Matcher operand = OPERAND.matcher(rest);
            String header = !operand.matches() ? "" : operand.group(1) == null ? operand.group(2) : operand.group(1);
            if (!ALLOWED_HEADER.matcher(header).matches()) {
                throw forbidden(line, "#" + directive.strip(), HEADERS);
            }
        } else if (name.equals("pragma")) {
            if (!PRAGMA.matcher(rest).matches()) {
                throw forbidden(line, "#" + directive.strip(),
                        "use only #pragma unroll, nounroll, once and nv_diag...");
            }
        } else if (DEFINITIONS.contains(name)) {
            if (rest.strip().startsWith("__")) {
                throw forbidden(line, "#" + directive.strip(), "names that begin with two underscores belong to the"
                        + " compiler, so choose another");
            }
        } else if (CONDITIONS.contains(name)) {
            // Pasted together in a macro, the name of __has_include would not be seen above.
            if (pastes && OTHER_NAME.matcher(DEFINED.matcher(rest).replaceAll("0")).find()) {
                throw forbidden(line, "#" + directive.strip(), "in a source with ## a condition may ask for numbers,"
                        + " __CUDA_ARCH__ and defined(...) alone");
            }
        } else if (!HARMLESS.contains(name)) {
            throw forbidden(line, "#" + directive.strip(), "use only #include, #define, #undef, #pragma, #error,"
                    + " #warning, and the conditions from #if to #endif");
        }
    }

    private static KernelRejectedException forbidden(int line, String what, String cure) {
        String shown = what.length() > 200 ? what.substring(0, 200) + "..." : what;
        return new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "line " + line + " of the source has " + shown
                + ", which is not allowed: " + cure);
    }
}
