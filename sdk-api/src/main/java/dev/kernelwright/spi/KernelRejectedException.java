package dev.kernelwright.spi;

/** Thrown where a kernel cannot be accepted; the message is for people, the hint for whoever writes the next kernel. */
public final class KernelRejectedException extends Exception {
    private static final long serialVersionUID = 1;

    private final ReasonCode reason;
    private final String hint;

    /** Creates an exception; {@code message} says what was found and how to mend it. */
    public KernelRejectedException(ReasonCode reason, String message) {
        this(reason, message, message);
    }

    /** Creates an exception; {@code hint} says the same as {@code message} without the values that are right. */
    public KernelRejectedException(ReasonCode reason, String message, String hint) {
        super(message);
        this.reason = reason;
        this.hint = hint;
    }

    /** Returns the reason, never {@link ReasonCode#ACCEPTED}. */
    public ReasonCode reason() {
        return reason;
    }

    /** Returns what an author may be told: a kernel that knew the values that are right could repeat them. */
    public String hint() {
        return hint;
    }

    /** Returns a rejection for another reason, of which this one is what was found. */
    public KernelRejectedException as(ReasonCode other, String why) {
        return new KernelRejectedException(other, why + "; found was that " + getMessage(),
                why + "; found was that " + hint);
    }
}
