package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.DriverFunction.MEMCPY_DTOD_ASYNC;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.MEMCPY_DTOH_ASYNC;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.MEMCPY_HTOD_ASYNC;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.MEMSET_D32_ASYNC;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.MEMSET_D8_ASYNC;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory of the device and pinned memory of the host. Part of {@link CudaDriver}.
 *
 * <p>Copies and fills are queued in a stream and allocate nothing on the Java heap. Memory of the host must stay until
 * its copy has ended; only pinned memory is copied while the host goes on.
 */
public final class DriverMemory {
    private static final MethodHandle TO_DEVICE = MEMCPY_HTOD_ASYNC.downcall();
    private static final MethodHandle TO_HOST = MEMCPY_DTOH_ASYNC.downcall();
    private static final MethodHandle WITHIN = MEMCPY_DTOD_ASYNC.downcall();
    private static final MethodHandle FILL_BYTES = MEMSET_D8_ASYNC.downcall();
    private static final MethodHandle FILL_INTS = MEMSET_D32_ASYNC.downcall();

    private final DriverCalls calls;
    private final MemorySegment toDevice;
    private final MemorySegment toHost;
    private final MemorySegment within;
    private final MemorySegment fillBytes;
    private final MemorySegment fillInts;

    DriverMemory(DriverCalls calls) {
        this.calls = calls;
        this.toDevice = calls.address(MEMCPY_HTOD_ASYNC);
        this.toHost = calls.address(MEMCPY_DTOH_ASYNC);
        this.within = calls.address(MEMCPY_DTOD_ASYNC);
        this.fillBytes = calls.address(MEMSET_D8_ASYNC);
        this.fillInts = calls.address(MEMSET_D32_ASYNC);
    }

    /** The memory of a device in bytes: what is free now, and all there is. */
    public record Info(long freeBytes, long totalBytes) {}

    /** Returns how much memory the current context's device has. */
    public Info info() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment free = arena.allocate(ValueLayout.JAVA_LONG);
            MemorySegment total = arena.allocate(ValueLayout.JAVA_LONG);
            calls.call(DriverFunction.MEM_GET_INFO, free, total);
            return new Info(free.get(ValueLayout.JAVA_LONG, 0), total.get(ValueLayout.JAVA_LONG, 0));
        }
    }

    /** Returns new memory of the current context's device, with undefined contents. */
    public long allocate(long byteCount) {
        return calls.getLong(DriverFunction.MEM_ALLOC, byteCount);
    }

    /** Gives memory back; waits for what runs. */
    public void free(long pointer) {
        calls.call(DriverFunction.MEM_FREE, pointer);
    }

    /** Returns new memory from the device's pool, which what is queued in the stream from now on may use. */
    public long allocateInOrder(long byteCount, long stream) {
        return calls.getLong(DriverFunction.MEM_ALLOC_ASYNC, byteCount, stream);
    }

    /** Gives memory back when what is queued in the stream so far has ended. */
    public void freeInOrder(long pointer, long stream) {
        calls.call(DriverFunction.MEM_FREE_ASYNC, pointer, stream);
    }

    /**
     * Returns new pinned memory of the host, with undefined contents, to be given back with {@link #freeHost}.
     *
     * @param flags 0 or {@link CudaConstants#CU_MEMHOSTALLOC_PORTABLE}
     */
    @SuppressWarnings("restricted") // the driver has just allocated that many bytes at that address
    public MemorySegment allocateHost(long byteCount, int flags) {
        return MemorySegment.ofAddress(calls.getLong(DriverFunction.MEM_HOST_ALLOC, byteCount, flags))
                .reinterpret(byteCount);
    }

    /** Gives pinned memory back; nothing may read or write it afterwards. */
    public void freeHost(MemorySegment pinned) {
        calls.call(DriverFunction.MEM_FREE_HOST, pinned);
    }

    /** Copies the first bytes of memory of the host to the device. */
    public void copyToDevice(long target, MemorySegment source, long byteCount, long stream) {
        checkSize(source, byteCount);
        int status;
        try {
            status = (int) TO_DEVICE.invokeExact(toDevice, target, source, byteCount, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(MEMCPY_HTOD_ASYNC, status);
    }

    /** Copies from the device to the first bytes of memory of the host. */
    public void copyToHost(MemorySegment target, long source, long byteCount, long stream) {
        checkSize(target, byteCount);
        int status;
        try {
            status = (int) TO_HOST.invokeExact(toHost, target, source, byteCount, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(MEMCPY_DTOH_ASYNC, status);
    }

    /** Copies from one place on the device to another. */
    public void copy(long target, long source, long byteCount, long stream) {
        int status;
        try {
            status = (int) WITHIN.invokeExact(within, target, source, byteCount, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(MEMCPY_DTOD_ASYNC, status);
    }

    /** Fills memory of the device with a byte. */
    public void fill(long target, byte value, long byteCount, long stream) {
        int status;
        try {
            status = (int) FILL_BYTES.invokeExact(fillBytes, target, value, byteCount, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(MEMSET_D8_ASYNC, status);
    }

    /** Fills memory of the device, which begins at a multiple of four bytes, with an {@code int}. */
    public void fillInts(long target, int value, long intCount, long stream) {
        int status;
        try {
            status = (int) FILL_INTS.invokeExact(fillInts, target, value, intCount, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(MEMSET_D32_ASYNC, status);
    }

    private static void checkSize(MemorySegment host, long byteCount) {
        if (byteCount < 0 || byteCount > host.byteSize()) {
            throw new IllegalArgumentException("a copy of " + byteCount + " bytes was asked for, but the memory of the"
                    + " host has " + host.byteSize() + ": copy at most that many");
        }
    }
}
