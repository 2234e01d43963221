package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Calls of the driver's functions, with a status other than success thrown as {@link CudaException}. */
final class DriverCalls {
    private final BoundFunctions<DriverFunction> functions;

    DriverCalls(BoundFunctions<DriverFunction> functions) {
        this.functions = functions;
    }

    /** Returns the address of a function, for the first argument of its {@link NativeFunction#downcall}. */
    MemorySegment address(DriverFunction function) {
        return functions.address(function);
    }

    /** Calls a function. Allocates: not for the path of a launch. */
    void call(DriverFunction function, Object... arguments) {
        check(function, functions.call(function, arguments));
    }

    /** Calls a function whose first parameter, not among {@code rest}, is where it writes a handle or a size. */
    long getLong(DriverFunction function, Object... rest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
            call(function, prepend(result, rest));
            return result.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Calls a function whose first parameter, not among {@code rest}, is where it writes an {@code int}. */
    int getInt(DriverFunction function, Object... rest) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(ValueLayout.JAVA_INT);
            call(function, prepend(result, rest));
            return result.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private static Object[] prepend(Object first, Object[] rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    /** Throws if a status is not success. */
    void check(DriverFunction function, int status) {
        if (status != CudaConstants.CUDA_SUCCESS) {
            throw failure(function, status, "");
        }
    }

    /** Returns the exception for a status, with the driver's own words and more if there is any. */
    CudaException failure(DriverFunction function, int status, String more) {
        String text = describe(DriverFunction.GET_ERROR_STRING, status, "the driver has no text for this");
        return CudaException.ofDriver(function.symbol(), status,
                describe(DriverFunction.GET_ERROR_NAME, status, "an unknown status"),
                more.isEmpty() ? text : text + ": " + more);
    }

    private String describe(DriverFunction describer, int status, String otherwise) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pointer = arena.allocate(ValueLayout.JAVA_LONG);
            int found = functions.call(describer, status, pointer);
            return found == CudaConstants.CUDA_SUCCESS ? string(pointer.get(ValueLayout.JAVA_LONG, 0)) : otherwise;
        }
    }

    /** Reads a C string of static storage. */
    @SuppressWarnings("restricted") // the libraries return these strings, which end in a zero and are never freed
    static String string(long address) {
        return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(Long.MAX_VALUE).getString(0);
    }
}
