package dev.kernelwright.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object while it is read: each must be there, be of the kind that is asked for, and be asked
 * for.
 *
 * <p>Every method throws {@link IllegalArgumentException} with a sentence that names the member by its path.
 */
final class JsonMembers {
    private final JsonNode object;
    private final String path;
    private final Set<String> untaken = new LinkedHashSet<>();

    /**
     * Begins to read an object.
     *
     * @param value the JSON value
     * @param path what it is, for messages: {@code the record}, {@code the record's kernel.source}
     */
    JsonMembers(JsonNode value, String path) {
        this.object = require(value, value.isObject(), path, "an object");
        this.path = path;
        value.fieldNames().forEachRemaining(untaken::add);
    }

    /** Refuses members that were not taken. */
    void end() {
        if (!untaken.isEmpty()) {
            throw new IllegalArgumentException(path + " has '" + String.join("', '", untaken)
                    + "', which does not belong there: leave it out");
        }
    }

    /** Takes a text. */
    String text(String name) {
        return text(take(name), path(name));
    }

    /** Takes a text or null. */
    @Nullable String textOrNull(String name) {
        JsonNode value = take(name);
        return value.isNull() ? null : text(value, path(name));
    }

    /** Takes a whole number from 0 up to the largest {@code int}. */
    int count(String name) {
        JsonNode value = take(name);
        return require(value, value.canConvertToInt() && value.isIntegralNumber() && value.intValue() >= 0, path(name),
                "a whole number of at least 0").intValue();
    }

    /** Takes true or false. */
    boolean flag(String name) {
        JsonNode value = take(name);
        return require(value, value.isBoolean(), path(name), "true or false").booleanValue();
    }

    /** Returns whether there is a member; an older format version may not have had it. */
    boolean has(String name) {
        return object.has(name);
    }

    /** Takes a number that {@link #putReal} has put. */
    double real(String name) {
        JsonNode value = take(name);
        if (value.isNull()) {
            return Double.NaN;
        }
        if (value.isTextual() && value.textValue().matches("-?Infinity")) {
            return Double.parseDouble(value.textValue());
        }
        return require(value, value.isNumber() && Double.isFinite(value.doubleValue()), path(name),
                "a number, \"Infinity\", \"-Infinity\", or null for none").doubleValue();
    }

    /** Puts a number; where JSON has none, NaN becomes null and an infinity text. */
    static void putReal(ObjectNode object, String name, double value) {
        if (Double.isNaN(value)) {
            object.putNull(name);
        } else if (Double.isInfinite(value)) {
            object.put(name, Double.toString(value));
        } else {
            object.put(name, value);
        }
    }

    /** Takes the name of an enum constant. */
    <E extends Enum<E>> E constant(String name, Class<E> type) {
        String text = text(name);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw new IllegalArgumentException(path(name) + " is '" + text + "', which is not known: use one of "
                + List.of(type.getEnumConstants()));
    }

    /** Takes any value, with its path. */
    <T> T value(String name, BiFunction<JsonNode, String, T> reader) {
        return reader.apply(take(name), path(name));
    }

    /** Takes any value, with its path, or null. */
    <T> @Nullable T valueOrNull(String name, BiFunction<JsonNode, String, T> reader) {
        JsonNode value = take(name);
        return value.isNull() ? null : reader.apply(value, path(name));
    }

    /** Takes a list. */
    <T> List<T> list(String name, BiFunction<JsonNode, String, T> element) {
        JsonNode array = take(name);
        require(array, array.isArray(), path(name), "a list");
        List<T> values = new ArrayList<>();
        for (JsonNode value : array) {
            values.add(element.apply(value, path(name) + "[" + values.size() + "]"));
        }
        return values;
    }

    /** Takes an object whose members are all of one kind, in their order. */
    <T> Map<String, T> map(String name, BiFunction<JsonNode, String, T> element) {
        JsonNode map = take(name);
        require(map, map.isObject(), path(name), "an object");
        Map<String, T> values = new LinkedHashMap<>();
        map.properties().forEach(member -> values.put(member.getKey(),
                element.apply(member.getValue(), path(name) + "." + member.getKey())));
        return Collections.unmodifiableMap(values);
    }

    /** Reads a text. */
    static String text(JsonNode value, String path) {
        return require(value, value.isTextual(), path, "text").textValue();
    }

    /** Reads a whole number. */
    static long whole(JsonNode value, String path) {
        return require(value, value.isIntegralNumber() && value.canConvertToLong(), path,
                "a whole number of at most 64 bits").longValue();
    }

    private JsonNode take(String name) {
        JsonNode value = object.get(name);
        if (value == null) {
            throw new IllegalArgumentException(path(name) + " is missing: " + path + " must have it");
        }
        untaken.remove(name);
        return value;
    }

    private String path(String name) {
        return path + (path.contains("'s ") ? "." : "'s ") + name;
    }

    private static JsonNode require(JsonNode value, boolean holds, String path, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException(path + " is " + kind(value) + ": it must be " + wanted);
        }
        return value;
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case MISSING -> "empty";
            case NULL -> "null";
            case ARRAY -> "a list";
            case NUMBER, BOOLEAN -> value.asText();
            case STRING -> "text";
            case OBJECT -> "an object";
            case BINARY, POJO -> throw new IllegalStateException("no JSON text has such a value");
        };
    }
}
