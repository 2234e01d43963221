package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.DriverFunction.MODULE_LOAD_DATA_EX;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Modules, which are loaded binaries, and the functions in them. Part of {@link CudaDriver}. */
public final class DriverModules {
    private static final int LOG_BYTES = 16 * 1024;

    private final DriverCalls calls;

    DriverModules(DriverCalls calls) {
        this.calls = calls;
    }

    /**
     * Loads a binary into the current context.
     *
     * @param image a cubin, or PTX as ASCII text, which the driver then compiles for the device
     * @return the module, to be given back with {@link #unload}
     * @throws CudaException with the driver's log, if it is not acceptable
     */
    public long load(byte[] image) {
        try (Arena arena = Arena.ofConfined()) {
            // PTX must end in a zero; a cubin knows its size.
            MemorySegment bytes = arena.allocate(image.length + 1L, 16);
            MemorySegment.copy(image, 0, bytes, ValueLayout.JAVA_BYTE, 0, image.length);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment options = arena.allocateFrom(ValueLayout.JAVA_INT, CudaConstants.CU_JIT_ERROR_LOG_BUFFER,
                    CudaConstants.CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
            MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, log.address(), LOG_BYTES - 1);
            MemorySegment module = arena.allocate(ValueLayout.JAVA_LONG);
            try {
                calls.call(MODULE_LOAD_DATA_EX, module, bytes, 2, options, values);
            } catch (CudaException e) {
                throw calls.failure(MODULE_LOAD_DATA_EX, e.code(), log.getString(0).strip());
            }
            return module.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Unloads a module; nothing in it may run. */
    public void unload(long module) {
        calls.call(DriverFunction.MODULE_UNLOAD, module);
    }

    /** Returns the function of a name, which lives as long as its module. */
    public long function(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return calls.getLong(DriverFunction.MODULE_GET_FUNCTION, module, arena.allocateFrom(name));
        }
    }

    /** Returns an attribute of a function, one of {@code CU_FUNC_ATTRIBUTE_...} in {@link CudaConstants}. */
    public int attribute(long function, int attribute) {
        return calls.getInt(DriverFunction.FUNC_GET_ATTRIBUTE, attribute, function);
    }

    /** Sets an attribute of a function, for example how much dynamic shared memory its launches may ask for. */
    public void setAttribute(long function, int attribute, int value) {
        calls.call(DriverFunction.FUNC_SET_ATTRIBUTE, function, attribute, value);
    }

    /** Returns how many blocks of a function a multiprocessor can run at a time; 0 if a block is too large for it. */
    public int maxActiveBlocks(long function, int threadsPerBlock, long dynamicSharedBytes) {
        return calls.getInt(DriverFunction.OCCUPANCY_MAX_ACTIVE_BLOCKS, function, threadsPerBlock, dynamicSharedBytes);
    }
}
