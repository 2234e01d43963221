package dev.kernelwright.cli;

/** How a command ends. */
final class ExitCode {
    /** It did what was asked. */
    static final int SUCCESS = 0;
    /** It did what was asked, and the verdict is no. */
    static final int NEGATIVE = 1;
    /** What was asked makes no sense, or names what is not there. */
    static final int BAD_INPUT = 2;
    /** The command itself is broken. */
    static final int INTERNAL_ERROR = 3;

    private ExitCode() {}
}
