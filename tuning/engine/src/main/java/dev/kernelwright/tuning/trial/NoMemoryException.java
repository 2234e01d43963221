package dev.kernelwright.tuning.trial;

import java.io.IOException;

/** Thrown where kernels cannot be tried for want of the device's memory, which says nothing of them. */
public final class NoMemoryException extends IOException {
    private static final long serialVersionUID = 1;

    /** Creates an exception; {@code why} says what is needed, what there is, and the cure. */
    public NoMemoryException(String why) {
        super("untuned: no memory: " + why);
    }
}
