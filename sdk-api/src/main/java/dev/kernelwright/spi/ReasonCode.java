package dev.kernelwright.spi;

/** Why a kernel was accepted or rejected. The names are stable: they are stored in records and shown to authors. */
public enum ReasonCode {
    /** The kernel is right and beats the baseline by more than the measured noise. */
    ACCEPTED,
    /** The compiler refused the source; the message holds its log. */
    COMPILE_ERROR,
    /** The compiled kernel uses something outside the allowlist of its backend. */
    FORBIDDEN_MEMBER,
    /** The launch plan is malformed or asks for more than the device has. */
    INVALID_PLAN,
    /** A result differs from the reference by more than the bound, or the errors are far beyond the baseline's. */
    WRONG_NUMERICS,
    /** The kernel accessed memory outside its arguments. */
    OUT_OF_BOUNDS,
    /** The kernel wrote to one of its inputs. */
    INPUT_MUTATED,
    /** The kernel left an output element unwritten. */
    OUTPUT_UNWRITTEN,
    /** Launches on the same inputs, one after the other, gave different results. */
    NON_DETERMINISTIC,
    /** The results depend on earlier launches: what was right when it was checked is wrong later. */
    STATEFUL,
    /** The measured time is below what the device can do. */
    FASTER_THAN_PHYSICS,
    /** The time that the trial worker reports is not the one that passes outside it. */
    CLOCK_MISMATCH,
    /** The kernel is right but does not beat the baseline by more than the measured noise. */
    NOT_FASTER,
    /** The kernel did not finish before its deadline. */
    TIMEOUT,
    /** The memory lease of the device has no room to try the kernel. Says nothing of the kernel, so no record ends with it. */
    NO_MEMORY,
    /** The kernel failed, or the trial worker that ran it died. */
    CRASHED
}
