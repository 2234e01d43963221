package dev.kernelwright.tuning.llm.model;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown where a model gave no answer; the message is one sentence, without secrets. */
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final transient @Nullable Duration retryAfter;
    private final boolean charged;

    /** What can be done about it. */
    public enum Kind {
        /** It may go better later: try again. */
        TRANSIENT,
        /** It answered what cannot be used, and may do better with another question. */
        UNUSABLE,
        /** It will not go better by itself: a wrong key, an unknown model, a malformed request. */
        PERMANENT,
        /** The question waits for an answer that somebody else gives. */
        PENDING,
        /** This thread was told to stop. */
        INTERRUPTED
    }

    /** Creates an exception. */
    public ModelException(Kind kind, String message) {
        this(kind, message, null, true);
    }

    private ModelException(Kind kind, String message, @Nullable Duration retryAfter, boolean charged) {
        super(message);
        this.kind = kind;
        this.retryAfter = retryAfter;
        this.charged = charged;
    }

    /** Returns one for a provider that refused at once and did no work. */
    static ModelException refused(Kind kind, String message, @Nullable Duration retryAfter) {
        return new ModelException(kind, message, retryAfter, false);
    }

    /** Returns what can be done about it. */
    public Kind kind() {
        return kind;
    }

    /** Returns whether the provider may have worked on it, and may charge for that. */
    public boolean mayBeCharged() {
        return charged;
    }

    /** Returns how long the provider asks to wait, if it does. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
