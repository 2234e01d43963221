package dev.kernelwright.cache;

/** Thrown when a file is no pack that may be used here; the message is one sentence that says why, with the cure. */
public final class PackException extends Exception {
    private static final long serialVersionUID = 1;

    PackException(String message) {
        super(StrictJson.sentence(message));
    }

    PackException(String message, Throwable cause) {
        super(StrictJson.sentence(message), cause);
    }
}
