package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.UnionLayout;
import java.lang.foreign.ValueLayout;

/**
 * The driver's structs, as far as they are used. Each layout has the struct's name, and each member its own; a test
 * compares all offsets and sizes with what a C compiler makes of the header.
 */
public final class CudaStructs {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final AddressLayout POINTER = ValueLayout.ADDRESS;

    /** A description of a tensor on the device; its contents are the driver's own. */
    public static final StructLayout TENSOR_MAP = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(16, ValueLayout.JAVA_LONG).withName("opaque"))
            .withByteAlignment(128).withName("CUtensorMap");

    static final StructLayout UUID = MemoryLayout.structLayout(
            MemoryLayout.sequenceLayout(16, ValueLayout.JAVA_BYTE).withName("bytes")).withName("CUuuid");

    /** The members that are used, of some twenty. */
    static final UnionLayout LAUNCH_ATTRIBUTE_VALUE = MemoryLayout.unionLayout(
            MemoryLayout.sequenceLayout(64, ValueLayout.JAVA_BYTE).withName("pad"),
            INT.withName("cooperative"),
            INT.withName("programmaticStreamSerializationAllowed"),
            MemoryLayout.structLayout(INT.withName("x"), INT.withName("y"), INT.withName("z")).withName("clusterDim"))
            .withByteAlignment(8).withName("CUlaunchAttributeValue");

    static final StructLayout LAUNCH_ATTRIBUTE = MemoryLayout.structLayout(
            INT.withName("id"), MemoryLayout.paddingLayout(4), LAUNCH_ATTRIBUTE_VALUE.withName("value"))
            .withName("CUlaunchAttribute");

    static final StructLayout LAUNCH_CONFIG = MemoryLayout.structLayout(
            INT.withName("gridDimX"), INT.withName("gridDimY"), INT.withName("gridDimZ"),
            INT.withName("blockDimX"), INT.withName("blockDimY"), INT.withName("blockDimZ"),
            INT.withName("sharedMemBytes"), MemoryLayout.paddingLayout(4), POINTER.withName("hStream"),
            POINTER.withName("attrs"), INT.withName("numAttrs"), MemoryLayout.paddingLayout(4))
            .withName("CUlaunchConfig");

    private CudaStructs() {}

    /** Returns the offset of a member, which may be a member's member. */
    static long offset(MemoryLayout struct, String... path) {
        PathElement[] elements = new PathElement[path.length];
        for (int i = 0; i < path.length; i++) {
            elements[i] = PathElement.groupElement(path[i]);
        }
        return struct.byteOffset(elements);
    }
}
