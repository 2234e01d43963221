package dev.kernelwright.tuning.verify;

import java.util.EnumSet;
import java.util.Set;

/**
 * A check that stands between a kernel and its acceptance. All are always on, except in the tests that prove of each
 * that without it a kernel would pass that must not.
 */
public enum Safeguard {
    /** Outputs hold poison before a launch, and none after it. */
    POISON,
    /** The bytes around every buffer are as they were. */
    GUARD_BANDS,
    /** Inputs are as they were. */
    INPUTS,
    /** Launches on the same inputs give the same bits. */
    DETERMINISM,
    /** Small whole numbers give exact results where the op only adds and multiplies. */
    EXACT_INTEGERS,
    /** A launch that finds what earlier ones left, with a few elements changed, computes everything anew. */
    LEFTOVERS,
    /** Buffers may begin at any element, as slices of tensors do. */
    SLICES,
    /** Errors are not far beyond the baseline's. */
    BASELINE_ERROR,
    /** The results of the launches that were timed are right. */
    TIMED_RESULTS,
    /** No time is below the roofline. */
    FLOOR;

    /** Returns all of them. */
    public static Set<Safeguard> all() {
        return EnumSet.allOf(Safeguard.class);
    }
}
