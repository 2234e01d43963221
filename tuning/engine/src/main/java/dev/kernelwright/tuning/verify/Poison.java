package dev.kernelwright.tuning.verify;

import dev.kernelwright.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What outputs hold before a launch: for a float type a NaN with a random payload, for integers random bits.
 *
 * <p>No honest float result is poison: the NaNs that arithmetic makes end in the bits 00 on CPUs and in 11 on NVIDIA's
 * GPUs (PTX ISA: the canonical NaN is 0x7fffffff), and poison ends in 01. An integer may
 * be by chance, so it counts as unwritten when it holds its poison after two launches, which differed in it.
 *
 * @param dtype the output's type
 * @param numbers the bits, by element
 */
record Poison(DType dtype, SecretSequence numbers) {
    /** Fills a range of elements. */
    void fill(MemorySegment segment, long from, long to) {
        for (long i = from; i < to; i++) {
            if (dtype.byteSize() == Integer.BYTES) {
                segment.setAtIndex(ValueLayout.JAVA_INT, i, bits(i));
            } else {
                segment.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) bits(i));
            }
        }
    }

    /** Returns whether an element still holds its poison. */
    boolean isIn(MemorySegment segment, long index) {
        return bitsOf(dtype, segment, index) == bits(index);
    }

    /** Returns the bits of an element, sign-extended. */
    static int bitsOf(DType dtype, MemorySegment segment, long index) {
        return dtype.byteSize() == Integer.BYTES
                ? segment.getAtIndex(ValueLayout.JAVA_INT, index)
                : segment.getAtIndex(ValueLayout.JAVA_SHORT, index);
    }

    /** Sign and payload are random, but for the payload's last two bits. */
    private int bits(long index) {
        int random = (int) numbers.at(index);
        return switch (dtype) {
            case F32 -> 0x7fc0_0001 | (random & 0x803f_fffc);
            case F16 -> (short) (0x7e01 | (random & 0x81fc));
            case BF16 -> (short) (0x7fc1 | (random & 0x803c));
            case I32 -> random;
        };
    }
}
