package dev.kernelwright.backend.opencl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which functions and macros of a source name which.
 *
 * <p>OpenCL C has no recursion, but compilers take it for granted that there is none: PoCL's puts each function in the place of
 * its calls, and ends the process that it runs in where that does not end.
 */
final class CallGraph {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");
    private static final Pattern BEFORE_BRACKET = Pattern.compile("([A-Za-z_]\\w*)\\s*\\(");

    /** The words of each body, by the name of what it is the body of. */
    private final Map<String, Set<String>> bodies = new TreeMap<>();

    private CallGraph(String text) {
        Matcher definition = MacroExpansion.DEFINITION.matcher(text);
        while (definition.find()) {
            // A macro that names itself is not expanded again.
            add(definition.group(1), definition.group(3)).remove(definition.group(1));
        }
        String code = MacroExpansion.DEFINITION.matcher(text).replaceAll("");
        int depth = 0;
        int start = 0;
        List<String> heads = List.of();
        for (int at = 0; at < code.length(); at++) {
            char c = code.charAt(at);
            if (c == '{' && depth++ == 0) {
                heads = BEFORE_BRACKET.matcher(code.substring(start, at)).results().map(head -> head.group(1))
                        .filter(head -> !SourceScreen.isOfAttribute(head)).toList();
                start = at;
            } else if (c == '}' && --depth == 0) {
                for (String head : heads) {
                    add(head, code.substring(start, at));
                }
                start = at;
            } else if (c == ';' && depth == 0) {
                start = at;
            }
        }
    }

    private Set<String> add(String name, String body) {
        Set<String> words = bodies.computeIfAbsent(name, unseen -> new HashSet<>());
        WORD.matcher(body).results().map(MatchResult::group).forEach(words::add);
        return words;
    }

    /** Returns one of the functions and macros that call themselves, directly or not, or that call one that does. */
    static Optional<String> recursive(String text) {
        return new CallGraph(text).recursive();
    }

    /** What calls nothing is taken away, then what calls nothing else, until only those are left that call each other. */
    private Optional<String> recursive() {
        Map<String, Collection<String>> callers = new HashMap<>();
        Map<String, Integer> calls = new HashMap<>();
        Deque<String> ends = new ArrayDeque<>();
        bodies.forEach((name, words) -> {
            words.retainAll(bodies.keySet());
            words.forEach(word -> callers.computeIfAbsent(word, unseen -> new ArrayList<>()).add(name));
            calls.put(name, words.size());
            if (words.isEmpty()) {
                ends.add(name);
            }
        });
        Set<String> left = bodies.keySet();
        while (!ends.isEmpty()) {
            String end = ends.remove();
            left.remove(end);
            for (String caller : callers.getOrDefault(end, List.of())) {
                if (calls.merge(caller, -1, Integer::sum) == 0) {
                    ends.add(caller);
                }
            }
        }
        return left.stream().findFirst();
    }
}
