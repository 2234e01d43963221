package dev.kernelwright.tuning.isolation;

import java.util.Arrays;
import java.util.Locale;

/**
 * How far a trial worker is kept from the rest of the machine; each level includes those before it.
 *
 * <p>Whatever the level, a worker is a process of its own with an empty environment, its own directory and deadlines.
 */
public enum Isolation {
    /** Nothing but that. */
    NONE,
    /** The operating system limits the size of files, the number of open ones, and core dumps. */
    LIMITS,
    /**
     * And the worker sees no other process, no network, no shared memory, and of the file system the platform's files,
     * those it is made of, and its own directory, which alone it can write to. It has no privileges and dies with its
     * parent.
     */
    NAMESPACES;

    /** The system property that names the level which workers must have, for example {@code namespaces}. */
    public static final String PROPERTY = "kernelwright.isolation";

    /**
     * Returns the higher of a level and what {@link #PROPERTY} asks for.
     *
     * @throws IllegalArgumentException if that names none
     */
    public static Isolation atLeast(Isolation level) {
        Isolation required = required();
        return level.compareTo(required) >= 0 ? level : required;
    }

    private static Isolation required() {
        String name = System.getProperty(PROPERTY, NONE.toString());
        return Arrays.stream(values()).filter(level -> level.toString().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("-D" + PROPERTY + "=" + name
                        + " was given, but the levels are " + Arrays.toString(values()) + ": name one of them"));
    }

    /** Returns the name in small letters, as it is written in records and in {@link #PROPERTY}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
