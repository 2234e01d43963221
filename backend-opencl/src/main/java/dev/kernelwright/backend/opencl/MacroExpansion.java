package dev.kernelwright.backend.opencl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An estimate, from above, of how many words a source has once its macros are expanded.
 *
 * <p>Thirty lines that each name the one before twice make a thousand million words, which fill the memory of the process
 * that compiles them.
 */
final class MacroExpansion {
    /** Several times as many as the largest source has without macros. */
    static final long MAX_WORDS = 1 << 18;

    private static final long TOO_MANY = MAX_WORDS + 1;
    private static final int MAX_DEPTH = 100;
    /** A macro's name, its parameters if it has some, and its body. */
    static final Pattern DEFINITION = Pattern.compile(
            "^[ \t]*(?:#|%:)[ \t]*define[ \t]+(\\w+)(?:\\(([^)\n]*)\\))?([^\n]*)$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("\\w+");

    private final Map<String, List<Macro>> macros = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();
    private final Map<Parameter, Long> uses = new HashMap<>();
    private final Set<String> active = new HashSet<>();
    /** The most often that any macro repeats an argument. */
    private long mostUses = 1;

    /** One definition of a macro; those that take no arguments have no parameters. */
    private record Macro(String name, List<String> parameters, String body) {
        /** Returns the name that an argument has in the body; all that is given to "..." has one. */
        String parameter(int argument) {
            String parameter = parameters.get(Math.min(argument, parameters.size() - 1));
            return parameter.equals("...") ? "__VA_ARGS__" : parameter;
        }

        /** Whether the body may call what it is given. */
        boolean callsParameter() {
            return parameters.stream().anyMatch(parameter -> !parameter.isEmpty()
                    && Pattern.compile("\\b" + Pattern.quote(parameter) + "\\s*\\(").matcher(body).find());
        }
    }

    private record Parameter(Macro macro, String name) {}

    private MacroExpansion(String text) {
        Matcher definition = DEFINITION.matcher(text);
        while (definition.find()) {
            String parameters = definition.group(2);
            macros.computeIfAbsent(definition.group(1), name -> new ArrayList<>()).add(new Macro(definition.group(1),
                    parameters == null
                            ? List.of()
                            : Arrays.stream(parameters.split(",", -1)).map(String::strip).toList(),
                    definition.group(3)));
        }
        List<Macro> all = macros.values().stream().flatMap(List::stream).toList();
        for (Macro macro : all) {
            for (int i = 0; i < macro.parameters.size(); i++) {
                mostUses = Math.max(mostUses, uses(macro, macro.parameter(i), 0));
            }
        }
    }

    /**
     * Returns the estimate for a text without comments, in which no line is joined to the next; more than
     * {@link #MAX_WORDS} if it is more.
     */
    static long words(String text) {
        return new MacroExpansion(text).size(DEFINITION.matcher(text).replaceAll(""), "", 0);
    }

    /** Counts the words of a text, or how often a parameter stands in it if one is given. */
    private long size(String text, String parameter, int depth) {
        if (depth > MAX_DEPTH) {
            return TOO_MANY;
        }
        long size = 0;
        Matcher word = WORD.matcher(text);
        int at = 0;
        while (size < TOO_MANY && word.find(at)) {
            at = word.end();
            String name = word.group();
            List<Macro> definitions = macros.get(name);
            if (definitions == null || active.contains(name)) {
                size += parameter.isEmpty() || parameter.equals(name) ? 1 : 0;
                continue;
            }
            size += parameter.isEmpty() ? bodySize(name, definitions, depth) : 0;
            // What a macro leaves may be the name of another, which then takes the next arguments.
            for (int open = bracket(text, at); open >= 0; open = bracket(text, at)) {
                int close = end(text, open);
                size += argumentsSize(definitions, text.substring(open + 1, close), parameter, depth);
                definitions = List.of();
                at = Math.min(close + 1, text.length());
            }
        }
        return Math.min(size, TOO_MANY);
    }

    private long bodySize(String name, List<Macro> definitions, int depth) {
        Long known = sizes.get(name);
        if (known == null) {
            active.add(name);
            known = definitions.stream().mapToLong(macro -> size(macro.body, "", depth + 1)).max().orElse(0);
            active.remove(name);
            sizes.put(name, known);
        }
        return known;
    }

    /** Returns how often a macro leaves what it is given, itself or through others; at least once. */
    private long uses(Macro macro, String parameter, int depth) {
        Parameter key = new Parameter(macro, parameter);
        Long known = uses.get(key);
        if (known == null) {
            boolean isOutermost = active.add(macro.name);
            known = parameter.isEmpty() ? 1 : Math.max(1, size(macro.body, parameter, depth + 1));
            if (isOutermost) {
                active.remove(macro.name);
            }
            uses.put(key, known);
        }
        return known;
    }

    private long argumentsSize(List<Macro> definitions, String arguments, String parameter, int depth) {
        boolean isKnown = !definitions.isEmpty() && definitions.stream()
                .noneMatch(macro -> macro.parameters.isEmpty() || macro.callsParameter());
        long size = 0;
        int start = 0;
        int argument = 0;
        for (int at = 0, nested = 0; at <= arguments.length(); at++) {
            char c = at < arguments.length() ? arguments.charAt(at) : ',';
            nested += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && (nested == 0 || at == arguments.length())) {
                int number = argument++;
                long times = isKnown
                        ? definitions.stream().mapToLong(macro -> uses(macro, macro.parameter(number), depth)).max()
                                .orElse(1)
                        : mostUses;
                size = Math.min(size + times * size(arguments.substring(start, at), parameter, depth + 1), TOO_MANY);
                start = at + 1;
            }
        }
        return size;
    }

    /** Returns where a bracket opens that only blanks divide from a place, or -1. */
    private static int bracket(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() && text.charAt(at) == '(' ? at : -1;
    }

    /** Returns where the bracket that closes another is, or the end of the text. */
    private static int end(String text, int open) {
        int nested = 0;
        for (int at = open; at < text.length(); at++) {
            nested += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
            if (nested == 0) {
                return at;
            }
        }
        return text.length();
    }
}
