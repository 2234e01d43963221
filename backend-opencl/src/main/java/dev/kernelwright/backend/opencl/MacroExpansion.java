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
    private static final Pattern DEFINITION = Pattern.compile(
            "^[ \t]*(?:#|%:)[ \t]*define[ \t]+(\\w+)(?:\\(([^)\n]*)\\))?([^\n]*)$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("\\w+");

    private final Map<String, List<Macro>> macros = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();
    private final Set<String> active = new HashSet<>();
    /** The most often that any macro repeats an argument. */
    private long mostUses = 1;

    /** One definition of a macro; those that take no arguments have no parameters. */
    private record Macro(List<String> parameters, String body) {
        long uses(int argument) {
            // All that is given to "..." is one parameter's.
            String parameter = parameters.isEmpty() ? "" : parameters.get(Math.min(argument, parameters.size() - 1));
            String name = parameter.equals("...") ? "__VA_ARGS__" : parameter;
            return Math.max(1, WORD.matcher(body).results().filter(word -> word.group().equals(name)).count());
        }

        /** Whether the body may call what it is given. */
        boolean callsParameter() {
            return parameters.stream().anyMatch(parameter -> !parameter.isEmpty()
                    && Pattern.compile("\\b" + Pattern.quote(parameter) + "\\s*\\(").matcher(body).find());
        }
    }

    private MacroExpansion(String text) {
        Matcher definition = DEFINITION.matcher(text);
        while (definition.find()) {
            String parameters = definition.group(2);
            macros.computeIfAbsent(definition.group(1), name -> new ArrayList<>()).add(new Macro(parameters == null
                    ? List.of()
                    : Arrays.stream(parameters.split(",", -1)).map(String::strip).toList(), definition.group(3)));
        }
        for (List<Macro> definitions : macros.values()) {
            for (Macro macro : definitions) {
                for (int i = 0; i < macro.parameters.size(); i++) {
                    mostUses = Math.max(mostUses, macro.uses(i));
                }
            }
        }
    }

    /**
     * Returns the estimate for a text without comments, in which no line is joined to the next; more than
     * {@link #MAX_WORDS} if it is more.
     */
    static long words(String text) {
        return new MacroExpansion(text).size(DEFINITION.matcher(text).replaceAll(""), 0);
    }

    private long size(String text, int depth) {
        if (depth > MAX_DEPTH) {
            return TOO_MANY;
        }
        long size = 0;
        Matcher word = WORD.matcher(text);
        int at = 0;
        while (size < TOO_MANY && word.find(at)) {
            at = word.end();
            String name = word.group();
            if (!macros.containsKey(name) || active.contains(name)) {
                size++;
                continue;
            }
            size += bodySize(name, depth);
            // What a macro leaves may be the name of another, which then takes the next arguments.
            List<Macro> definitions = macros.get(name);
            for (int open = bracket(text, at); open >= 0; open = bracket(text, at)) {
                int close = end(text, open);
                size += argumentsSize(definitions, text.substring(open + 1, close), depth);
                definitions = List.of();
                at = Math.min(close + 1, text.length());
            }
        }
        return Math.min(size, TOO_MANY);
    }

    private long bodySize(String name, int depth) {
        Long known = sizes.get(name);
        if (known == null) {
            active.add(name);
            known = macros.get(name).stream().mapToLong(macro -> size(macro.body, depth + 1)).max().orElse(0);
            active.remove(name);
            sizes.put(name, known);
        }
        return known;
    }

    private long argumentsSize(List<Macro> definitions, String arguments, int depth) {
        boolean isKnown = definitions.stream().noneMatch(macro -> macro.parameters.isEmpty() || macro.callsParameter());
        long size = 0;
        int start = 0;
        int argument = 0;
        for (int at = 0, nested = 0; at <= arguments.length(); at++) {
            char c = at < arguments.length() ? arguments.charAt(at) : ',';
            nested += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && (nested == 0 || at == arguments.length())) {
                int number = argument++;
                long uses = isKnown && !definitions.isEmpty()
                        ? definitions.stream().mapToLong(macro -> macro.uses(number)).max().orElse(1)
                        : mostUses;
                size += uses * size(arguments.substring(start, at), depth + 1);
                start = at + 1;
            }
        }
        return Math.min(size, TOO_MANY);
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
