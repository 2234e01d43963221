package dev.kernelwright.backend.opencl;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses sources that reach beyond their arguments in ways that can be seen in the text: other files, inline assembly,
 * the compiler's own functions, output, launches of their own, variables that outlive a launch, functions that are
 * declared but not defined, which on a CPU may be any of the process, macros that would fill its memory, and recursion.
 *
 * <p>What it cannot see, such as an index out of bounds or a declaration put together by macros, is for the trial worker
 * and the verifier to find.
 */
final class SourceScreen {
    private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
    /** What may hold what looks like a comment or a brace, and other ways to write braces: kernels need none of them. */
    private static final Pattern DISGUISE = Pattern.compile("[\"']|<%|%>|\\?\\?");
    private static final Pattern SPLICE = Pattern.compile("\\\\[ \t]*\r?\n|\\?\\?/\r?\n");
    private static final Pattern DIRECTIVE = Pattern.compile("^[ \t]*(?:#|%:|\\?\\?=)[ \t]*(\\w*)([^\n]*)",
            Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern OUTSIDE =
            Pattern.compile("^(?:[^()]*=(?:[^()]*|[^,]*)$|typedef\\b[^()]*$|(?:struct|union|enum)\\b[^()]*\\{\\}$)");
    /** What cannot be written: in constant memory, and no pointer into it, which would lie elsewhere itself. */
    private static final Pattern CONSTANT =
            Pattern.compile("^(?=[^=]*\\b(?:__)?constant\\b)(?![^=]*(?:\\*|\\b(?:__)?global\\b)|.*,\\s*\\*)",
                    Pattern.DOTALL);
    private static final Pattern STATIC = Pattern.compile("\\bstatic\\b[^;]*;?");
    private static final Pattern ARRAY_SIZE = Pattern.compile("\\[[^\\]]*]");
    /** What is left of a function's end once its body has been taken out. */
    private static final String FUNCTION_END = "){}";
    private static final Set<String> DIRECTIVES =
            Set.of("", "define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif", "pragma");
    private static final Set<String> FORBIDDEN = Set.of("asm", "__asm", "__asm__", "printf", "extern", "_Pragma",
            "__has_include", "__has_embed", "__attribute",
            "enqueue_kernel");
    private static final Pattern ATTRIBUTE = Pattern.compile("__attribute__\\s*\\(\\(\\s*(\\w+)");
    private static final Set<String> ATTRIBUTES = Set.of("reqd_work_group_size", "work_group_size_hint",
            "vec_type_hint", "opencl_unroll_hint", "aligned", "packed", "always_inline", "noinline");

    private SourceScreen() {}

    /**
     * Screens a source.
     *
     * @throws KernelRejectedException {@link ReasonCode#FORBIDDEN_MEMBER}, naming what it found
     */
    static void screen(String source) throws KernelRejectedException {
        String text = COMMENT.matcher(SPLICE.matcher(source).replaceAll("")).replaceAll(" ");
        if (text.contains("##") || text.contains("%:%:")) {
            throw forbidden("the operator ##", "write names out");
        }
        Matcher directive = DIRECTIVE.matcher(text);
        while (directive.find()) {
            if (!DIRECTIVES.contains(directive.group(1))) {
                throw forbidden("#" + directive.group(1), "put everything into one source");
            }
            if (directive.group(1).equals("pragma")
                    && !directive.group(2).strip().matches("unroll.*|OPENCL (EXTENSION|FP_CONTRACT).*")) {
                throw forbidden("#pragma" + directive.group(2), "use only unroll and OPENCL");
            }
        }
        Matcher attribute = ATTRIBUTE.matcher(text);
        while (attribute.find()) {
            if (!ATTRIBUTES.contains(attribute.group(1))) {
                throw forbidden("the attribute " + attribute.group(1),
                        "use only " + ATTRIBUTES.stream().sorted().toList());
            }
        }
        Matcher word = WORD.matcher(text);
        while (word.find()) {
            if (FORBIDDEN.contains(word.group()) || word.group().startsWith("__builtin")) {
                throw forbidden("'" + word.group() + "'", "compute the outputs from the arguments alone");
            }
        }
        Matcher disguise = DISGUISE.matcher(text);
        if (disguise.find()) {
            throw forbidden(disguise.group(), "kernels need no text, and braces have one form");
        }
        if (MacroExpansion.words(text) > MacroExpansion.MAX_WORDS) {
            throw forbidden("macros that expand to more than " + MacroExpansion.MAX_WORDS + " words",
                    "write functions in their place");
        }
        Text parts = Text.of(DIRECTIVE.matcher(text).replaceAll(""));
        requireDefinitions(parts.outside());
        Matcher variable = STATIC.matcher(parts.inside());
        while (variable.find()) {
            requireConstant(variable.group());
        }
        Optional<String> recursive = CallGraph.recursive(text);
        if (recursive.isPresent()) {
            throw forbidden("recursion, in '" + recursive.get() + "'", "write a loop");
        }
    }

    /** Returns whether a name before a bracket is not a function's, but an attribute's. */
    static boolean isOfAttribute(String name) {
        return name.equals("__attribute__") || ATTRIBUTES.contains(name);
    }

    /** Outside of functions, what ends with a semicolon must be a constant with its value, a structure or a type's name. */
    private static void requireDefinitions(String outside) throws KernelRejectedException {
        for (String part : outside.split(";", -1)) {
            int end = part.lastIndexOf(FUNCTION_END);
            String statement = (end < 0 ? part : part.substring(end + FUNCTION_END.length())).strip();
            if (statement.isEmpty()) {
                continue;
            }
            if (!OUTSIDE.matcher(statement).find()) {
                throw forbidden(quoted(statement) + " without a body or a value", "define what is declared");
            }
            if (statement.contains("=")) {
                requireConstant(statement);
            }
        }
    }

    /** A variable that is left from one launch to the next could hold results, or count launches. */
    private static void requireConstant(String variable) throws KernelRejectedException {
        if (!CONSTANT.matcher(ARRAY_SIZE.matcher(variable).replaceAll("[]")).find()) {
            throw forbidden(quoted(variable) + ", a variable that outlives a launch",
                    "declare tables __constant, and keep the rest in the arguments or the workspace");
        }
    }

    private static String quoted(String statement) {
        return "'" + statement.strip().replaceAll("\\s+", " ").replaceAll("\\{.*", "{...}") + "'";
    }

    /**
     * A text without its directives.
     *
     * @param outside what is not in braces, which are left, with no space before them
     * @param inside what is
     */
    private record Text(String outside, String inside) {
        static Text of(String text) throws KernelRejectedException {
            StringBuilder outside = new StringBuilder();
            StringBuilder inside = new StringBuilder();
            int depth = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '{' && depth++ == 0) {
                    outside.setLength(outside.toString().stripTrailing().length());
                    outside.append("{}");
                } else if (c == '}') {
                    if (--depth < 0) {
                        break;
                    }
                } else if (depth == 0) {
                    outside.append(c);
                }
                if (depth > 0) {
                    inside.append(c);
                }
            }
            if (depth != 0) {
                throw forbidden("a brace without its partner", "open and close each in the text, not in a macro");
            }
            return new Text(outside.toString(), inside.toString());
        }
    }

    private static KernelRejectedException forbidden(String what, String cure) {
        return new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "the kernel uses " + what
                + ", which is not allowed: " + cure);
    }
}
