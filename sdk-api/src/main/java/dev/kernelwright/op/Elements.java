package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The elements of a host tensor in row-major order, read and written as {@code double}. */
public final class Elements {
    private static final int DOUBLE_FRACTION_BITS = 52;
    /** How many bits of a double's fraction a float's has not. */
    private static final int CUT_BITS = 29;
    private static final long CUT_MASK = (1L << CUT_BITS) - 1;
    /** What a double's exponent is larger by, as it is stored. */
    private static final long EXPONENT_SHIFT = 1023 - 127;
    /** The stored exponents of the doubles that are normal floats, however they are rounded. */
    private static final long MIN_EXPONENT = EXPONENT_SHIFT + 1;
    private static final long MAX_EXPONENT = EXPONENT_SHIFT + 254;

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

    /**
     * Reads the exact values of some neighbours, from {@code start} on, as many as the array holds. They are copied out of
     * the tensor at once, since a check of its arena for each takes most of the time.
     */
    public void read(long start, double[] values) {
        int length = values.length;
        long offset = start * dtype.byteSize();
        switch (dtype) {
            case F32 -> {
                float[] raw = new float[length];
                MemorySegment.copy(segment, ValueLayout.JAVA_FLOAT, offset, raw, 0, length);
                for (int i = 0; i < length; i++) {
                    values[i] = raw[i];
                }
            }
            case I32 -> {
                int[] raw = new int[length];
                MemorySegment.copy(segment, ValueLayout.JAVA_INT, offset, raw, 0, length);
                for (int i = 0; i < length; i++) {
                    values[i] = raw[i];
                }
            }
            case F16 -> {
                short[] raw = readShorts(offset, length);
                for (int i = 0; i < length; i++) {
                    values[i] = Float.float16ToFloat(raw[i]);
                }
            }
            case BF16 -> {
                short[] raw = readShorts(offset, length);
                for (int i = 0; i < length; i++) {
                    values[i] = Float.intBitsToFloat(raw[i] << 16);
                }
            }
        }
    }

    private short[] readShorts(long offset, int length) {
        short[] raw = new short[length];
        MemorySegment.copy(segment, ValueLayout.JAVA_SHORT, offset, raw, 0, length);
        return raw;
    }

    /** Writes the first values of an array to so many neighbours, from {@code start} on, as {@link #set} does. */
    public void write(long start, double[] values, int length) {
        long offset = start * dtype.byteSize();
        switch (dtype) {
            case F32 -> {
                float[] raw = new float[length];
                for (int i = 0; i < length; i++) {
                    raw[i] = (float) values[i];
                }
                MemorySegment.copy(raw, 0, segment, ValueLayout.JAVA_FLOAT, offset, length);
            }
            case I32 -> {
                int[] raw = new int[length];
                for (int i = 0; i < length; i++) {
                    raw[i] = (int) values[i];
                }
                MemorySegment.copy(raw, 0, segment, ValueLayout.JAVA_INT, offset, length);
            }
            case F16 -> {
                short[] raw = new short[length];
                for (int i = 0; i < length; i++) {
                    raw[i] = Float.floatToFloat16(roundToOdd(values[i]));
                }
                MemorySegment.copy(raw, 0, segment, ValueLayout.JAVA_SHORT, offset, length);
            }
            case BF16 -> {
                short[] raw = new short[length];
                for (int i = 0; i < length; i++) {
                    raw[i] = roundToBfloat16(roundToOdd(values[i]));
                }
                MemorySegment.copy(raw, 0, segment, ValueLayout.JAVA_SHORT, offset, length);
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
        long bits = Double.doubleToRawLongBits(value);
        long exponent = (bits >>> DOUBLE_FRACTION_BITS) & 0x7ff;
        if (exponent >= MIN_EXPONENT && exponent <= MAX_EXPONENT) {
            // A normal float: what is cut off is seen without a branch, of which random values have half guessed wrong.
            int sign = (int) (bits >>> 32) & 0x8000_0000;
            long cut = ((bits & Long.MAX_VALUE) - (EXPONENT_SHIFT << DOUBLE_FRACTION_BITS)) >>> CUT_BITS;
            long inexact = ((bits & CUT_MASK) + CUT_MASK) >>> CUT_BITS;
            return Float.intBitsToFloat(sign | (int) (cut | inexact));
        }
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
