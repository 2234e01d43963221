package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The parameters of a kernel's launch in native memory: their values, and the array of pointers to them.
 *
 * <p>Used again from launch to launch; setting a value allocates nothing. Not safe for use from several threads.
 */
public final class KernelParameters {
    /** The alignment of the largest, a tensor map. */
    private static final long SLOT_ALIGNMENT = CudaStructs.TENSOR_MAP.byteAlignment();

    private final MemorySegment values;
    private final MemorySegment pointers;
    private final long[] offsets;
    private final long[] sizes;

    /**
     * Creates parameters, all zero, in memory that lives as long as the arena.
     *
     * @param sizes the size of each in bytes: 8 for a pointer, 4 for an {@code int} or a {@code float}, and that of
     *        {@link CudaStructs#TENSOR_MAP} for a tensor map
     */
    public KernelParameters(Arena arena, long... sizes) {
        this.sizes = sizes.clone();
        offsets = new long[sizes.length];
        long end = 0;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] < 1) {
                throw new IllegalArgumentException("a parameter of " + sizes[i] + " bytes was asked for: give at least"
                        + " 1");
            }
            long alignment = Math.min(SLOT_ALIGNMENT, Math.max(8, Long.highestOneBit(sizes[i])));
            offsets[i] = Math.ceilDiv(end, alignment) * alignment;
            end = offsets[i] + sizes[i];
        }
        values = arena.allocate(Math.max(1, end), SLOT_ALIGNMENT);
        pointers = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, sizes.length));
        for (int i = 0; i < sizes.length; i++) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, values.address() + offsets[i]);
        }
    }

    /** Sets a parameter of 8 bytes: a pointer or an integer. */
    public void setLong(int index, long value) {
        check(index, Long.BYTES);
        values.set(ValueLayout.JAVA_LONG, offsets[index], value);
    }

    /** Sets a parameter of 4 bytes: an integer. */
    public void setInt(int index, int value) {
        check(index, Integer.BYTES);
        values.set(ValueLayout.JAVA_INT, offsets[index], value);
    }

    /** Sets a parameter of 4 bytes: a float. */
    public void setFloat(int index, float value) {
        check(index, Float.BYTES);
        values.set(ValueLayout.JAVA_FLOAT, offsets[index], value);
    }

    /** Returns the memory of a parameter, where a struct or a tensor map is to be written. */
    public MemorySegment slot(int index) {
        return values.asSlice(offsets[index], sizes[index]);
    }

    /** Returns the pointers, as a launch takes them. */
    public MemorySegment pointers() {
        return pointers;
    }

    private void check(int index, int bytes) {
        if (sizes[index] != bytes) {
            throw new IllegalArgumentException("the parameter " + index + " of " + sizes[index]
                    + " bytes was set to a value of " + bytes + ": set it to a value of its own size");
        }
    }
}
