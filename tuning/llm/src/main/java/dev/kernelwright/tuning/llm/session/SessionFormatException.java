package dev.kernelwright.tuning.llm.session;

import java.io.IOException;

/** Thrown where a file is no session's log, or not as it was written; the message is one sentence. */
public final class SessionFormatException extends IOException {
    private static final long serialVersionUID = 1;

    SessionFormatException(String message) {
        super(message);
    }
}
