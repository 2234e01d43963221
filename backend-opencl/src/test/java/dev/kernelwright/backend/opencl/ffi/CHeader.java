package dev.kernelwright.backend.opencl.ffi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What a C header of OpenCL declares: functions, types, and constants that are numbers. */
final class CHeader {
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("typedef\\s+([\\w ]+?(?:\\s*\\*)?)\\s*\\b(\\w+)\\s*;");
    private static final Pattern FUNCTION = Pattern.compile("extern\\s+CL_API_ENTRY\\s+(?:CL_API_PREFIX\\w+\\s+)?"
            + "([\\w ]+?(?:\\s*\\*)?)\\s*CL_API_CALL\\s+(\\w+)\\s*\\((.*?)\\)\\s*CL_API_SUFFIX", Pattern.DOTALL);
    private static final Pattern CONSTANT = Pattern.compile("^#define +(CL_\\w+)[ \t]+"
            + "(?:\\(1 << (\\d+)\\)|(-?\\d+|0x[0-9A-Fa-f]+))[ \t]*$", Pattern.MULTILINE);

    /** A type of C as far as a call can tell it from another. */
    enum Kind {
        NOTHING, INT_32, INT_64, POINTER
    }

    /** A declaration, its text without white space. */
    record Prototype(String text, Kind result, List<Kind> parameters) {}

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Prototype> functions = new LinkedHashMap<>();
    private final Map<String, Long> constants = new LinkedHashMap<>();

    CHeader(String source) {
        String text = COMMENT.matcher(source).replaceAll(" ");
        TYPE.matcher(text).results().forEach(type -> types.put(type.group(2), type.group(1)));
        CONSTANT.matcher(text).results().forEach(c -> constants.put(c.group(1), c.group(2) != null
                ? 1L << Integer.parseInt(c.group(2))
                : Long.decode(c.group(3))));
        FUNCTION.matcher(text).results().forEach(this::addFunction);
    }

    private void addFunction(MatchResult function) {
        List<Kind> kinds = new ArrayList<>();
        for (String parameter : parameters(function.group(3))) {
            // The name is the last word; a pointer to a function has its own in the middle.
            kinds.add(parameter.contains("(")
                    ? Kind.POINTER
                    : kind(parameter.replaceFirst("\\w+\\s*(?=(\\[\\])?$)", "")));
        }
        String text = function.group(1) + function.group(2) + "(" + function.group(3) + ")";
        functions.put(function.group(2), new Prototype(text.replaceAll("\\s", ""), kind(function.group(1)), kinds));
    }

    private static List<String> parameters(String text) {
        List<String> parameters = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                parameters.add(text.substring(start, i).strip());
                start = i + 1;
            }
        }
        String last = text.substring(start).strip();
        if (!last.equals("void")) {
            parameters.add(last);
        }
        return parameters;
    }

    private Kind kind(String type) {
        String plain = type.replaceAll("\\b(const|signed|unsigned)\\b", "").strip();
        if (plain.endsWith("*") || plain.endsWith("[]")) {
            return Kind.POINTER;
        }
        return switch (plain) {
            case "void" -> Kind.NOTHING;
            case "int32_t", "uint32_t", "__int32" -> Kind.INT_32;
            case "int64_t", "uint64_t", "__int64", "size_t", "intptr_t" -> Kind.INT_64;
            default -> {
                if (!types.containsKey(plain)) {
                    throw new IllegalArgumentException(
                            "the header names the type " + plain + " and does not define it");
                }
                yield kind(types.get(plain));
            }
        };
    }

    Map<String, Prototype> functions() {
        return functions;
    }

    Map<String, Long> constants() {
        return constants;
    }
}
