package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.ValueLayout;

/** The layouts of the C types that CUDA's functions take, the same on every system that CUDA has been made for. */
final class CTypes {
    /** {@code unsigned char}. */
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    /** {@code int}, {@code unsigned int}, {@code cuuint32_t}, {@code CUdevice} and every enum. */
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    /** {@code size_t}, {@code unsigned long long}, {@code cuuint64_t} and {@code CUdeviceptr}. */
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    /** A pointer that the host only passes on: a handle, or an address on the device. */
    static final ValueLayout.OfLong HANDLE = ValueLayout.JAVA_LONG.withName("handle");
    /** A pointer to memory of the host. */
    static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private CTypes() {}
}
