package dev.kernelwright.op;

/**
 * A freedom that a workload gives its kernels beyond strict numerics. Each is part of the key: a kernel that used it
 * never serves a workload that did not allow it.
 */
public enum Relaxation {
    /** Factors of products may be rounded to the 11 significant bits of NVIDIA's TF32 format. */
    TF32("tf32", 2 * 0x1p-11),
    /** Subnormal inputs, intermediate results and outputs may be taken as zero. */
    FLUSH_TO_ZERO("flush_to_zero", 0),
    /**
     * Functions may err by 2<sup>-11</sup> of their result, as {@code tanh.approx.f32} does, the least accurate of
     * PTX's approximations ("PTX ISA", "Floating Point Instructions").
     */
    FAST_MATH("fast_math", 0x1p-11),
    /** Launches on the same inputs may give different results, each within its bound. */
    NON_DETERMINISTIC("non_deterministic", 0);

    private final String id;
    private final double relativeError;

    Relaxation(String id, double relativeError) {
        this.id = id;
        this.relativeError = relativeError;
    }

    /** Returns the name used in keys and on the command line, such as {@code tf32}. */
    public String id() {
        return id;
    }

    /** Returns the error that it adds to a result, relative to the result's magnitude. */
    public double relativeError() {
        return relativeError;
    }

    /**
     * Returns the relaxation with the given {@link #id()}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Relaxation parse(String id) {
        for (Relaxation relaxation : values()) {
            if (relaxation.id.equals(id)) {
                return relaxation;
            }
        }
        throw new IllegalArgumentException("unknown relaxation '" + id
                + "': use some of tf32, flush_to_zero, fast_math, non_deterministic");
    }
}
