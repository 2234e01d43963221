package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The elements of a host tensor in row-major order, read and written as {@code double}. */
public final class Elements {
    private final MemorySegment segment;
    private final DType dtype;
    private final long count;

    /** Views the elements of a host tensor. */
    public Elements(Tensor tensor) {
        this.segment = tensor.segment();
        this.dtype = tensor.dtype();
        this.count = tensor.elementCount();
    }

    /** Returns the number of elements. */
    public long count() {
        return count;
    }

    /** Returns the element type. */
    public DType dtype() {
        return dtype;
    }

    /** Returns the exact value of an element. */
    public double get(long index) {
        return switch (dtype) {
            case F32 -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case I32 -> segment.getAtIndex(ValueLayout.JAVA_INT, index);
            case F16 -> Float.float16ToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case BF16 -> Float.intBitsToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, index) << 16);
        };
    }

    /** Writes a value, rounded to nearest even to the element type. */
    public void set(long index, double value) {
        switch (dtype) {
            case F32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case I32 -> segment.setAtIndex(ValueLayout.JAVA_INT, index, (int) value);
            case F16 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16(roundToOdd(value)));
            case BF16 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, index, roundToBfloat16(roundToOdd(value)));
        }
    }

    /**
     * Rounds to one of the two nearest floats, to the one with an odd last bit if the value is neither: rounding that
     * again, to at most 22 bits, is then the same as rounding the value once (Boldo and Melquiond, "Emulation of a FMA
     * and Correctly Rounded Sums", IEEE Trans. Comput. 57(4), 2008).
     */
    private static float roundToOdd(double value) {
        float nearest = (float) value;
        if (nearest == value || Double.isNaN(value) || (Float.floatToRawIntBits(nearest) & 1) == 1) {
            return nearest;
        }
        return nearest < value ? Math.nextUp(nearest) : Math.nextDown(nearest);
    }

    private static short roundToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
