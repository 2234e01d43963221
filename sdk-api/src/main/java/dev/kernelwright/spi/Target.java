package dev.kernelwright.spi;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What a kernel is made for: everything about a device and its compiler that changes results or speed.
 *
 * @param fields the fields, in the order in which they are shown; names are unique
 */
public record Target(List<Field> fields) {
    private static final Pattern VERSION_PART = Pattern.compile("[0-9]{1,18}|[^0-9]+");

    /** Copies the fields. */
    public Target {
        fields = List.copyOf(fields);
        if (fields.stream().map(Field::name).distinct().count() != fields.size()) {
            throw new IllegalArgumentException("a target was given two fields of one name in " + fields
                    + ": names must be unique");
        }
    }

    /** When a kernel made for one value of a field may be used for another. */
    public enum Match {
        /** Only for an equal value. The field is part of the key. */
        EXACT,
        /**
         * For an equal or a later version, such as that of a driver. The field is not part of the key. Where the value
         * is not equal, the binary is made again from its source and rechecked before it is used.
         */
        AT_LEAST,
        /** Recorded, so that a record says where it was made, but never compared. */
        IGNORED
    }

    /**
     * One property of a target.
     *
     * @param name a lower-case name
     * @param value one line of text
     * @param match when another value will do
     */
    public record Field(String name, String value, Match match) {
        /** Checks that the value is one line. */
        public Field {
            if (value.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("the target field " + name + " was given several lines: give one");
            }
        }
    }

    /** Returns an exact field. */
    public static Field exact(String name, String value) {
        return new Field(name, value, Match.EXACT);
    }

    /** Returns a field for which a later version will do. */
    public static Field atLeast(String name, String version) {
        return new Field(name, version, Match.AT_LEAST);
    }

    /** Returns a field that is recorded and never compared. */
    public static Field ignored(String name, String value) {
        return new Field(name, value, Match.IGNORED);
    }

    /** Returns the fields with a match rule, in order. */
    public List<Field> fields(Match match) {
        return fields.stream().filter(field -> field.match() == match).toList();
    }

    /**
     * Returns the names of the {@link Match#AT_LEAST} fields of this target that are earlier here than where a record was
     * made, or cannot be compared: for these the record will not do. This target's rules count, not the record's.
     */
    public List<String> tooEarlyFor(Target madeOn) {
        return movedFrom(madeOn).stream().filter(name -> {
            Optional<String> there = madeOn.value(name);
            return there.isPresent() && compareVersions(value(name).orElse(""), there.get()).orElse(-1) < 0;
        }).toList();
    }

    /** Returns the names of the {@link Match#AT_LEAST} fields whose values are not equal to those of another target. */
    public List<String> movedFrom(Target madeOn) {
        return fields(Match.AT_LEAST).stream()
                .filter(field -> !madeOn.value(field.name()).equals(Optional.of(field.value()))).map(Field::name)
                .toList();
    }

    /** Returns the value of a field; empty if there is no such field. */
    public Optional<String> value(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).map(Field::value).findFirst();
    }

    /**
     * Compares versions part by part, runs of digits as numbers; a version is earlier than one that continues it.
     *
     * @return negative, zero or positive; empty if they differ in a part that is no number
     */
    static OptionalInt compareVersions(String one, String other) {
        List<String> left = parts(one);
        List<String> right = parts(other);
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            String a = left.get(i);
            String b = right.get(i);
            if (!isNumber(a) || !isNumber(b)) {
                if (!a.equals(b)) {
                    return OptionalInt.empty();
                }
                continue;
            }
            int order = Long.compare(Long.parseLong(a), Long.parseLong(b));
            if (order != 0) {
                return OptionalInt.of(order);
            }
        }
        return OptionalInt.of(Integer.compare(left.size(), right.size()));
    }

    private static boolean isNumber(String part) {
        return part.charAt(0) >= '0' && part.charAt(0) <= '9';
    }

    private static List<String> parts(String version) {
        return VERSION_PART.matcher(version).results().map(MatchResult::group).toList();
    }
}
