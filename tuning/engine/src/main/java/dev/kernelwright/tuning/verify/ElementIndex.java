package dev.kernelwright.tuning.verify;

import java.util.Arrays;

/** Writes the place of an element as people do: {@code [2, 17]} rather than 145. */
final class ElementIndex {
    private ElementIndex() {}

    /** Returns the indices of an element, given by its position in row-major order. */
    static String of(long[] shape, long position) {
        long[] indices = new long[shape.length];
        long rest = position;
        for (int i = shape.length - 1; i >= 0; i--) {
            indices[i] = rest % shape[i];
            rest /= shape[i];
        }
        return Arrays.toString(indices);
    }
}
