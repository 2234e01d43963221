package dev.kernelwright.spi;

import java.util.List;

/**
 * What a kernel is made for: everything about a device and its compiler that changes results or speed.
 *
 * @param fields the fields, in the order in which they are shown; names are unique
 */
public record Target(List<Field> fields) {
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

    /** Returns a field that is recorded and never compared. */
    public static Field ignored(String name, String value) {
        return new Field(name, value, Match.IGNORED);
    }
}
