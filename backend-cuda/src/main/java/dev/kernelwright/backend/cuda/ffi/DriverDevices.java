package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.DriverFunction.CTX_SET_CURRENT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.UUID;

/** The devices of a driver and their contexts. Part of {@link CudaDriver}. */
public final class DriverDevices {
    private static final int MAX_NAME_BYTES = 256;
    private static final MethodHandle SET_CURRENT = CTX_SET_CURRENT.downcall();

    private final DriverCalls calls;
    private final MemorySegment setCurrent;

    DriverDevices(DriverCalls calls) {
        this.calls = calls;
        this.setCurrent = calls.address(CTX_SET_CURRENT);
    }

    /** Returns how many devices there are. */
    public int count() {
        return calls.getInt(DriverFunction.DEVICE_GET_COUNT);
    }

    /** Returns the device at a position from 0 to {@link #count} - 1. */
    public int device(int index) {
        return calls.getInt(DriverFunction.DEVICE_GET, index);
    }

    /** Returns the vendor's name of a device. */
    public String name(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(MAX_NAME_BYTES);
            calls.call(DriverFunction.DEVICE_GET_NAME, name, MAX_NAME_BYTES - 1, device);
            return name.getString(0);
        }
    }

    /** Returns an attribute of a device, one of {@code CU_DEVICE_ATTRIBUTE_...} in {@link CudaConstants}. */
    public int attribute(int device, int attribute) {
        return calls.getInt(DriverFunction.DEVICE_GET_ATTRIBUTE, attribute, device);
    }

    /** Returns the size of a device's memory in bytes. */
    public long totalMemoryBytes(int device) {
        return calls.getLong(DriverFunction.DEVICE_TOTAL_MEM, device);
    }

    /** Returns what tells a device from all others, also from those of other machines. */
    public UUID uuid(int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(CudaStructs.UUID);
            calls.call(DriverFunction.DEVICE_GET_UUID, bytes, device);
            ByteBuffer bigEndian = ByteBuffer.wrap(bytes.toArray(ValueLayout.JAVA_BYTE));
            return new UUID(bigEndian.getLong(), bigEndian.getLong());
        }
    }

    /** Returns a device's primary context, the one that CUDA's runtime uses too, and keeps it alive. */
    public long retainPrimaryContext(int device) {
        return calls.getLong(DriverFunction.DEVICE_PRIMARY_CTX_RETAIN, device);
    }

    /** Gives back what {@link #retainPrimaryContext} took; the context ends with the last of those. */
    public void releasePrimaryContext(int device) {
        calls.call(DriverFunction.DEVICE_PRIMARY_CTX_RELEASE, device);
    }

    /** Makes a context the calling thread's; 0 for none. Allocates nothing. */
    public void setCurrentContext(long context) {
        int status;
        try {
            status = (int) SET_CURRENT.invokeExact(setCurrent, context);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(CTX_SET_CURRENT, status);
    }

    /** Returns the calling thread's context, 0 if it has none. */
    public long currentContext() {
        return calls.getLong(DriverFunction.CTX_GET_CURRENT);
    }

    /** Waits until everything in the calling thread's context has ended. */
    public void synchronizeContext() {
        calls.call(DriverFunction.CTX_SYNCHRONIZE);
    }
}
