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

    /** Reads the exact values of some neighbours, from {@code start} on, as many as the array holds. */
    public void read(long start, double[] values) {
        int length = values.length;
        // A loop for each type, since one that asks for the type of every element takes several times as long.
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < length; i++) {
                    values[i] = segment.getAtIndex(ValueLayout.JAVA_FLOAT, start + i);
                }
            }
            case I32 -> {
                for (int i = 0; i < length; i++) {
                    values[i] = segment.getAtIndex(ValueLayout.JAVA_INT, start + i);
                }
            }
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    values[i] = Float.float16ToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, start + i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    values[i] = Float.intBitsToFloat(segment.getAtIndex(ValueLayout.JAVA_SHORT, start + i) << 16);
                }
            }
        }
    }

    /** Writes the first values of an array to so many neighbours, from {@code start} on, as {@link #set} does. */
    public void write(long start, double[] values, int length) {
        switch (dtype) {
            case F32 -> {
                for (int i = 0; i < length; i++) {
                    segment.setAtIndex(ValueLayout.JAVA_FLOAT, start + i, (float) values[i]);
                }
            }
            case I32 -> {
                for (int i = 0; i < length; i++) {
                    segment.setAtIndex(ValueLayout.JAVA_INT, start + i, (int) values[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < length; i++) {
                    segment.setAtIndex(ValueLayout.JAVA_SHORT, start + i,
                            Float.floatToFloat16(roundToOdd(values[i])));
                }
            }
            case BF16 -> {
                for (int i = 0; i < length; i++) {
                    segment.setAtIndex(ValueLayout.JAVA_SHORT, start + i, roundToBfloat16(roundToOdd(values[i])));
                }
            }
        }
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
        // Towards zero, and then to odd: without branches, of which random values would have half guessed wrong.
        int away = Math.abs((double) nearest) > Math.abs(value) ? 1 : 0;
        int inexact = nearest < value || nearest > value ? 1 : 0;
        return Float.intBitsToFloat((Float.floatToRawIntBits(nearest) - away) | inexact);
    }

    private static short roundToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
