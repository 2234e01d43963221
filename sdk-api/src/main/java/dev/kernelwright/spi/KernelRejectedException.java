package dev.kernelwright.spi;

/** Thrown where a kernel cannot be accepted; the message is for its author. */
public final class KernelRejectedException extends Exception {
    private static final long serialVersionUID = 1;

    private final ReasonCode reason;

    /** Creates an exception; {@code message} says what was found and how to mend it. */
    public KernelRejectedException(ReasonCode reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Returns the reason, never {@link ReasonCode#ACCEPTED}. */
    public ReasonCode reason() {
        return reason;
    }
}
