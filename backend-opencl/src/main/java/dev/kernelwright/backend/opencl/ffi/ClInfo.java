package dev.kernelwright.backend.opencl.ffi;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The value of a property, whose type its parameter decides. */
public final class ClInfo {
    private final byte[] bytes;

    ClInfo(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns a {@code char[]} without the zero at its end. */
    public String text() {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, UTF_8);
    }

    /**
     * Returns a number or a handle: a {@code cl_uint} without its sign, a {@code cl_ulong}, a {@code size_t}.
     *
     * @throws IllegalStateException if the value has neither 4 nor 8 bytes
     */
    public long number() {
        return switch (bytes.length) {
            case Integer.BYTES -> Integer.toUnsignedLong(signed());
            case Long.BYTES -> numbers()[0];
            default -> throw new IllegalStateException("a number was asked for, and the property has " + bytes.length
                    + " bytes: read it as text or as numbers");
        };
    }

    /** Returns a {@code cl_int}, such as the status of a command, which has a sign. */
    public int signed() {
        return MemorySegment.ofArray(bytes).get(ValueLayout.JAVA_INT_UNALIGNED, 0);
    }

    /** Returns a {@code cl_bool}. */
    public boolean flag() {
        return number() != 0;
    }

    /** Returns a {@code size_t[]} or handles; empty if the property has no value. */
    public long[] numbers() {
        return MemorySegment.ofArray(bytes).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    }
}
