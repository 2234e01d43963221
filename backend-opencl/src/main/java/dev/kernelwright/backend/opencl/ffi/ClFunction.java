package dev.kernelwright.backend.opencl.ffi;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/**
 * A function of OpenCL: kept in a static final field, where HotSpot takes the handle for the constant that it is.
 *
 * <p>A call is {@code F.run(() -> (int) F.handle().invokeExact(..))}; the cast gives the call its type. What launches a
 * kernel calls without a lambda, which may be an object.
 *
 * @param name its name in C
 * @param descriptor its type in C, with the layouts below
 * @param handle calls it; throws if the library lacks it
 * @param isPresent whether the library has it
 */
record ClFunction(String name, FunctionDescriptor descriptor, MethodHandle handle, boolean isPresent) {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withName("cl_int");
    static final ValueLayout.OfInt UINT = ValueLayout.JAVA_INT.withName("cl_uint");
    static final ValueLayout.OfLong ULONG = ValueLayout.JAVA_LONG.withName("cl_ulong");
    static final ValueLayout.OfLong SIZE = ValueLayout.JAVA_LONG.withName("size_t");
    /** A pointer that Java does not follow: as a number it costs no object, and the same register holds it. */
    static final ValueLayout.OfLong HANDLE = ValueLayout.JAVA_LONG.withName("pointer");
    /** A pointer into a segment, which is held alive during the call. */
    static final AddressLayout POINTER = ValueLayout.ADDRESS;
    /** More than any log or list of extensions, and than what a driver that works has of anything. */
    private static final long MAX_INFO_BYTES = 64 << 20;
    private static final long MAX_HANDLES = 1 << 16;

    /** Returns a function that returns a status. */
    static ClFunction status(String name, MemoryLayout... parameters) {
        return bind(ClLoader.shared(), name, FunctionDescriptor.of(INT, parameters));
    }

    /** Returns a function that returns a status, calls nothing back, and is so short that GC may wait for its end. */
    static ClFunction critical(String name, MemoryLayout... parameters) {
        return bind(ClLoader.shared(), name, FunctionDescriptor.of(INT, parameters), Linker.Option.critical(false));
    }

    /** Returns a function that returns a pointer. */
    static ClFunction pointer(String name, MemoryLayout... parameters) {
        return bind(ClLoader.shared(), name, FunctionDescriptor.of(HANDLE, parameters));
    }

    /** Returns a function that returns nothing. */
    static ClFunction nothing(String name, MemoryLayout... parameters) {
        return bind(ClLoader.shared(), name, FunctionDescriptor.ofVoid(parameters));
    }

    @SuppressWarnings("restricted") // the descriptors are compared with OpenCL's header by a test
    static ClFunction bind(ClLoader loader, String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Optional<MemorySegment> symbol = loader.symbols().find(name);
        MethodHandle handle = symbol.isPresent()
                ? Linker.nativeLinker().downcallHandle(symbol.get(), descriptor, options)
                : refusal(loader.whyWithout(name), descriptor.toMethodType());
        return new ClFunction(name, descriptor, handle, symbol.isPresent());
    }

    private static MethodHandle refusal(String reason, MethodType type) {
        try {
            MethodHandle exception = MethodHandles.lookup()
                    .findConstructor(UnsupportedOperationException.class,
                            MethodType.methodType(void.class, String.class))
                    .bindTo(reason);
            MethodHandle thrower = MethodHandles.throwException(type.returnType(), UnsupportedOperationException.class);
            return MethodHandles.dropArguments(MethodHandles.collectArguments(thrower, 0, exception), 0,
                    type.parameterArray());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("a constructor of the JDK is not accessible", e);
        }
    }

    /** A call that returns a status. */
    @FunctionalInterface
    interface StatusCall {
        int call() throws Throwable;
    }

    /** A call that takes segments, from an arena that ends with it, and returns a status. */
    @FunctionalInterface
    interface ArenaCall {
        int call(Arena arena) throws Throwable;
    }

    /** A call that returns a pointer, and its status through one. */
    @FunctionalInterface
    interface PointerCall {
        long call(Arena arena, MemorySegment status) throws Throwable;
    }

    /** A call that writes a property, if the size is not 0, and returns its size. */
    @FunctionalInterface
    interface InfoCall {
        int call(long size, MemorySegment value, MemorySegment sizeReturned) throws Throwable;
    }

    /** A call that writes handles, if the count is not 0, and returns their number. */
    @FunctionalInterface
    interface HandlesCall {
        int call(int count, MemorySegment handles, MemorySegment countReturned) throws Throwable;
    }

    /** Calls. */
    void run(StatusCall call) {
        try {
            check(call.call());
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Calls with an arena. */
    void runIn(ArenaCall call) {
        try (Arena arena = Arena.ofConfined()) {
            check(call.call(arena));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Calls, and returns the pointer, which is not null. */
    long create(PointerCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(INT);
            long pointer = call.call(arena, status);
            check(status.get(INT, 0));
            return pointer;
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Calls for the size of a property, and then for its value. */
    ClInfo info(InfoCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(SIZE);
            check(call.call(0, MemorySegment.NULL, size));
            long bytes = size.get(SIZE, 0);
            if (bytes == 0) {
                return new ClInfo(new byte[0]);
            }
            requireSane(bytes, MAX_INFO_BYTES, "bytes");
            MemorySegment value = arena.allocate(bytes, Long.BYTES);
            check(call.call(value.byteSize(), value, MemorySegment.NULL));
            return new ClInfo(value.toArray(ValueLayout.JAVA_BYTE));
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    /** Calls for the number of handles, and then for them; {@code none} is the status for that there are none. */
    long[] handles(int none, HandlesCall call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(UINT);
            int status = call.call(0, MemorySegment.NULL, count);
            if (status == none) {
                return new long[0];
            }
            check(status);
            requireSane(Integer.toUnsignedLong(count.get(UINT, 0)), MAX_HANDLES, "handles");
            MemorySegment handles = arena.allocate(HANDLE, count.get(UINT, 0));
            check(call.call(count.get(UINT, 0), handles, MemorySegment.NULL));
            return handles.toArray(HANDLE);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    private void requireSane(long size, long limit, String unit) {
        if (size < 0 || size > limit) {
            throw new IllegalStateException(name + " announces " + Long.toUnsignedString(size) + " " + unit
                    + ", and at most " + limit + " are believed: install the driver again, or another version of it");
        }
    }

    /** Throws unless a status is success. */
    void check(int status) {
        if (status != ClStatus.CL_SUCCESS) {
            throw new OpenClException(name, status);
        }
    }

    /** Throws what {@code invokeExact} threw, none of which is checked. */
    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException exception ? exception : new IllegalStateException(thrown);
    }
}
