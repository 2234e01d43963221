package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A C function that is bound. Implemented by enums only, so that a test sees every one there is. */
sealed interface NativeFunction permits DriverFunction, NvrtcFunction, NvmlFunction {
    /** Returns the name that the library exports. */
    String symbol();

    /** Returns its types, those of {@link CTypes}. */
    FunctionDescriptor descriptor();

    /**
     * Returns whether the calling thread stays in the state of running Java code, which saves a nanosecond or two and
     * holds up every garbage collection until the function returns: for functions that are short and take no lock.
     */
    boolean critical();

    /** Returns its position among the functions of its library. */
    int ordinal();

    /**
     * Returns a handle that takes the function's address, as a {@link MemorySegment}, before its arguments.
     *
     * <p>So a handle can be a constant of its class, which the JVM can inline, though the library is loaded later.
     */
    @SuppressWarnings("restricted") // the descriptor is compared with the vendor's header by a test
    default MethodHandle downcall() {
        return critical()
                ? Linker.nativeLinker().downcallHandle(descriptor(), Linker.Option.critical(false))
                : Linker.nativeLinker().downcallHandle(descriptor());
    }
}
