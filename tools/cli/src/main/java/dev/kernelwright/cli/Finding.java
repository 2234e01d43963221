package dev.kernelwright.cli;

/**
 * One thing that a diagnosis looked at.
 *
 * @param subject what it is
 * @param found what was found
 * @param cure what to do about it; empty if nothing need be done
 */
record Finding(Level level, String subject, String found, String cure) {
    /** How bad it is. */
    enum Level {
        /** As it should be. */
        OK,
        /** Something will not be done, or not as well as it could be. */
        WARN,
        /** Kernelwright cannot do its work. */
        FAIL
    }

    static Finding ok(String subject, String found) {
        return new Finding(Level.OK, subject, found, "");
    }

    static Finding warn(String subject, String found, String cure) {
        return new Finding(Level.WARN, subject, found, cure);
    }

    static Finding fail(String subject, String found, String cure) {
        return new Finding(Level.FAIL, subject, found, cure);
    }
}
