package dev.kernelwright.op;

/** A kind of input value for which a definition says what comes out, so that kernels are tried on it. */
public enum SpecialValue {
    /** Not a number. */
    NAN("NaN"),
    /** Infinity of either sign. */
    INFINITY("infinities"),
    /** Zero of either sign. */
    ZERO("zeros of both signs"),
    /** A number between zero and the smallest normal one, of either sign. */
    SUBNORMAL("subnormal numbers"),
    /** A number between half the largest finite one and it, of either sign. */
    NEAR_MAX("numbers near the largest"),
    /** Negative infinity nearly everywhere, and what is left far below zero, as scores are behind a mask. */
    MASK("masks");

    private final String label;

    SpecialValue(String label) {
        this.label = label;
    }

    /** Returns what it is called in messages. */
    @Override
    public String toString() {
        return label;
    }
}
