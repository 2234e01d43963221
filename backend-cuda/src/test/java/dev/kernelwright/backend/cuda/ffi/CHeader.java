package dev.kernelwright.backend.cuda.ffi;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One of the toolkit's headers, as far as the bindings need it: prototypes, enumerators and numeric macros. */
final class CHeader {
    /** A prototype: its result and the types of its parameters, without their names and without {@code const}. */
    record Prototype(String result, List<String> parameters) {}

    private static final Pattern PROTOTYPE = Pattern.compile(
            "\\b(CUresult|nvrtcResult|nvmlReturn_t|const char \\*)\\s*(?:(?:CUDAAPI|DECLDIR)\\s+)?(\\w+)\\s*\\(([^()]*)\\)\\s*;");
    private static final Pattern MACRO = Pattern.compile("(?m)^\\s*#define\\s+(\\w+)\\s+(\\w+(?:\\([^)]*\\))?)\\s*$");
    private static final Pattern ENUM =
            Pattern.compile("typedef\\s+enum\\s*\\w*\\s*\\{(.*?)}\\s*(\\w+)\\s*;", Pattern.DOTALL);
    private static final Set<String> TYPES = Set.of("int", "char", "float", "void", "size_t", "long");

    private final Map<String, Prototype> prototypes = new LinkedHashMap<>();
    private final Map<String, Long> constants = new HashMap<>();
    private final String text;

    CHeader(String header) {
        text = header;
        String code = header.replaceAll("(?s)/\\*.*?\\*/", " ").replaceAll("//[^\n]*", " ");
        Map<String, String> renamed = new HashMap<>();
        Matcher macro = MACRO.matcher(code);
        while (macro.find()) {
            String value = macro.group(2).replaceAll("^__CUDA_API_PT[DS][SZ]\\((\\w+)\\)$", "$1");
            renamed.putIfAbsent(macro.group(1), value);
            if (value.matches("0[xX][0-9a-fA-F]+|[0-9]+")) {
                constants.put(macro.group(1), Long.decode(value));
            }
        }
        Matcher prototype = PROTOTYPE.matcher(code);
        while (prototype.find()) {
            String name = prototype.group(2);
            // The first of a name is what the macros above rename; those after it are for old programs.
            prototypes.putIfAbsent(renamed.getOrDefault(name, name), new Prototype(prototype.group(1),
                    Arrays.stream(prototype.group(3).split(",")).map(CHeader::type).filter(t -> !t.equals("void"))
                            .toList()));
            prototypes.putIfAbsent(name, prototypes.get(renamed.getOrDefault(name, name)));
        }
        Matcher enumeration = ENUM.matcher(code);
        while (enumeration.find()) {
            long next = 0;
            for (String entry : enumeration.group(1).replaceAll("#[^\n]*", " ").split(",", -1)) {
                String[] parts = entry.strip().split("\\s*=\\s*", 2);
                if (!parts[0].isEmpty()) {
                    next = parts.length > 1 ? value(parts[1], next) : next;
                    constants.putIfAbsent(parts[0], next++);
                }
            }
        }
    }

    private long value(String expression, long otherwise) {
        String plain = expression.strip();
        Matcher shift = Pattern.compile("(\\d+)\\s*<<\\s*(\\d+)").matcher(plain);
        if (shift.matches()) {
            return Long.parseLong(shift.group(1)) << Integer.parseInt(shift.group(2));
        }
        return plain.matches("0[xX][0-9a-fA-F]+|[0-9]+")
                ? Long.decode(plain)
                : constants.getOrDefault(plain, otherwise);
    }

    /** Returns a parameter's type: {@code const void *srcHost} gives {@code void *}. */
    private static String type(String parameter) {
        String spaced = parameter.replace("*", " * ").strip().replaceAll("\\s+", " ");
        List<String> words = new ArrayList<>(List.of(spaced.split(" ")));
        words.removeIf(word -> word.equals("const"));
        if (words.size() > 1 && !words.getLast().equals("*") && !TYPES.contains(words.getLast())) {
            words.removeLast();
        }
        return String.join(" ", words);
    }

    Optional<Prototype> prototype(String symbol) {
        return Optional.ofNullable(prototypes.get(symbol));
    }

    Optional<Long> constant(String name) {
        return Optional.ofNullable(constants.get(name));
    }

    /** Returns the whole text, comments too. */
    String text() {
        return text;
    }

    /** Reads a header of the toolkit that is installed; skips the test that asks if there is none. */
    static CHeader read(String name) throws IOException {
        return new CHeader(Files.readString(find(name)));
    }

    static Path find(String name) throws IOException {
        List<Path> folders = new ArrayList<>();
        for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
            Optional.ofNullable(System.getenv(variable)).map(Path::of).ifPresent(folders::add);
        }
        try (Stream<Path> local = Files.list(Path.of("/usr/local"))) {
            local.filter(folder -> folder.getFileName().toString().startsWith("cuda")).sorted().forEach(folders::add);
        }
        Optional<Path> header = folders.stream().map(folder -> folder.resolve("include").resolve(name))
                .filter(Files::isRegularFile).findFirst();
        assumeTrue(header.isPresent(), name + " is in none of " + folders + ": set CUDA_HOME to a toolkit that has it");
        return header.orElseThrow();
    }
}
