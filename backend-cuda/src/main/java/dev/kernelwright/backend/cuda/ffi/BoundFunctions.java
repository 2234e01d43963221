package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The functions of one library with their addresses.
 *
 * @param <F> the functions
 */
final class BoundFunctions<F extends NativeFunction> {
    private static final MethodType SPREAD = MethodType.methodType(Object.class, Object[].class);

    private final MemorySegment[] addresses;
    /** Made at the first call of each; two threads may both make one, and either will do. */
    private final @Nullable MethodHandle[] spreading;
    private final List<String> missing;

    /** Looks up every function; {@code lookup} gives {@link MemorySegment#NULL} for one that there is not. */
    BoundFunctions(F[] functions, Function<F, MemorySegment> lookup) {
        addresses = new MemorySegment[functions.length];
        spreading = new MethodHandle[functions.length];
        List<String> notFound = new ArrayList<>();
        for (F function : functions) {
            MemorySegment address = lookup.apply(function);
            addresses[function.ordinal()] = address;
            if (address.address() == 0) {
                notFound.add(function.symbol());
            }
        }
        missing = List.copyOf(notFound);
    }

    /** Returns the names of the functions that were not found; those must not be called. */
    List<String> missing() {
        return missing;
    }

    MemorySegment address(F function) {
        return addresses[function.ordinal()];
    }

    /** Calls a function that returns a status. Allocates and boxes: not for the path of a launch. */
    int call(F function, Object... arguments) {
        return (int) invoke(function, arguments);
    }

    /** Calls a function, {@link CTypes#HANDLE} being a {@link Long} in arguments and in the result. */
    Object invoke(F function, Object... arguments) {
        MethodHandle handle = spreading[function.ordinal()];
        if (handle == null) {
            handle = function.downcall().bindTo(address(function))
                    .asSpreader(Object[].class, function.descriptor().argumentLayouts().size()).asType(SPREAD);
            spreading[function.ordinal()] = handle;
        }
        try {
            return (Object) handle.invokeExact(arguments);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** Throws what a downcall threw, which C code never does: a fault of these bindings or of the JVM. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        throw new IllegalStateException(thrown);
    }
}
