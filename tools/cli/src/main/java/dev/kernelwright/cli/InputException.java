package dev.kernelwright.cli;

/**
 * Thrown where what the user gave cannot be used: the command ends with exit code 2.
 *
 * <p>The message is one sentence that says what was asked, what was found, and the cure.
 */
final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    InputException(String message) {
        super(message);
    }

    InputException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Takes the sentence of an exception that the library threw. */
    static InputException of(Exception cause) {
        return new InputException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }
}
