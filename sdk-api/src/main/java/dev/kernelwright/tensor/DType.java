package dev.kernelwright.tensor;

/**
 * The element type of a tensor.
 *
 * <p>{@link #unitRoundoff()} is the largest relative error of rounding to nearest, 2<sup>-p</sup> for a significand of
 * p bits (Higham, <i>Accuracy and Stability of Numerical Algorithms</i>, section 2.1); it is 0 for integers.
 */
public enum DType {
    /** IEEE 754 binary32. */
    F32("f32", 4, 0x1p-24, 0x1p-126),
    /** IEEE 754 binary16. */
    F16("f16", 2, 0x1p-11, 0x1p-14),
    /** bfloat16: the upper half of a binary32. */
    BF16("bf16", 2, 0x1p-8, 0x1p-126),
    /** Two's complement 32-bit integer. */
    I32("i32", 4, 0, 0);

    private final String id;
    private final int byteSize;
    private final double unitRoundoff;
    private final double minNormal;

    DType(String id, int byteSize, double unitRoundoff, double minNormal) {
        this.id = id;
        this.byteSize = byteSize;
        this.unitRoundoff = unitRoundoff;
        this.minNormal = minNormal;
    }

    /** Returns the name used in keys, records and on the command line, such as {@code f32}. */
    public String id() {
        return id;
    }

    /** Returns the size of one element in bytes. */
    public int byteSize() {
        return byteSize;
    }

    /** Returns the unit roundoff, 0 for integers. */
    public double unitRoundoff() {
        return unitRoundoff;
    }

    /** Returns the smallest positive normal number, 0 for integers. */
    public double minNormal() {
        return minNormal;
    }

    /** Returns whether this is a floating-point type. */
    public boolean isFloat() {
        return this != I32;
    }

    /**
     * Returns the type with the given {@link #id()}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static DType parse(String id) {
        for (DType type : values()) {
            if (type.id.equals(id)) {
                return type;
            }
        }
        throw new IllegalArgumentException("unknown dtype '" + id + "': use one of f32, f16, bf16, i32");
    }

    @Override
    public String toString() {
        return id;
    }
}
