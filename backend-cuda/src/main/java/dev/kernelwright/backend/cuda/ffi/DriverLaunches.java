package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.DriverFunction.LAUNCH_KERNEL;
import static dev.kernelwright.backend.cuda.ffi.DriverFunction.LAUNCH_KERNEL_EX;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Launches of kernels. Part of {@link CudaDriver}.
 *
 * <p>A launch allocates nothing on the Java heap: what it is given lies in memory that its caller owns, fills once and
 * uses again. The driver has read it when the launch returns.
 */
public final class DriverLaunches {
    private static final MethodHandle LAUNCH = LAUNCH_KERNEL.downcall();
    private static final MethodHandle LAUNCH_EX = LAUNCH_KERNEL_EX.downcall();

    private final DriverCalls calls;
    private final MemorySegment launch;
    private final MemorySegment launchEx;

    DriverLaunches(DriverCalls calls) {
        this.calls = calls;
        this.launch = calls.address(LAUNCH_KERNEL);
        this.launchEx = calls.address(LAUNCH_KERNEL_EX);
    }

    /**
     * Launches a function with a grid of blocks.
     *
     * @param sharedBytes the dynamic shared memory of a block
     * @param parameters {@link KernelParameters#pointers()}
     */
    public void launch(long function, int gridX, int gridY, int gridZ, int blockX, int blockY, int blockZ,
            int sharedBytes, long stream, MemorySegment parameters) {
        int status;
        try {
            status = (int) LAUNCH.invokeExact(launch, function, gridX, gridY, gridZ, blockX, blockY, blockZ,
                    sharedBytes, stream, parameters, MemorySegment.NULL);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(LAUNCH_KERNEL, status);
    }

    /**
     * Launches a function in clusters, cooperatively, or with other attributes.
     *
     * @param config {@link LaunchConfig#segment()}
     * @param parameters {@link KernelParameters#pointers()}
     */
    public void launch(MemorySegment config, long function, MemorySegment parameters) {
        int status;
        try {
            status = (int) LAUNCH_EX.invokeExact(launchEx, config, function, parameters, MemorySegment.NULL);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(LAUNCH_KERNEL_EX, status);
    }

    /**
     * What a tensor map describes: how tiles of a tensor on the device are copied to shared memory and back.
     *
     * @param dataType one of {@code CU_TENSOR_MAP_DATA_TYPE_...} in {@link CudaConstants}
     * @param sizes the size of each dimension in elements, the innermost first; 1 to 5 of them
     * @param strideBytes the strides of all dimensions but the innermost, multiples of 16
     * @param boxSizes the size of a tile in each dimension in elements, at most 256
     * @param elementStrides the distance of a tile's elements in each dimension, usually 1
     * @param interleave one of {@code CU_TENSOR_MAP_INTERLEAVE_...}
     * @param swizzle one of {@code CU_TENSOR_MAP_SWIZZLE_...}
     * @param l2Promotion one of {@code CU_TENSOR_MAP_L2_PROMOTION_...}
     * @param outOfBoundsFill one of {@code CU_TENSOR_MAP_FLOAT_OOB_FILL_...}
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record TensorMapShape(int dataType, long[] sizes, long[] strideBytes, int[] boxSizes, int[] elementStrides,
            int interleave, int swizzle, int l2Promotion, int outOfBoundsFill) {
        /** Checks that the arrays go together, since the driver reads as many of each as there are sizes. */
        public TensorMapShape {
            int rank = sizes.length;
            if (rank < 1 || rank > 5 || strideBytes.length != rank - 1 || boxSizes.length != rank
                    || elementStrides.length != rank) {
                throw new IllegalArgumentException("a tensor map was given " + rank + " sizes, " + strideBytes.length
                        + " strides, " + boxSizes.length + " box sizes and " + elementStrides.length
                        + " element strides: give 1 to 5 sizes, one stride less, and as many of the others");
            }
        }
    }

    /**
     * Encodes a tensor map, a parameter that a kernel takes as {@code const __grid_constant__ CUtensorMap}.
     *
     * @param target {@link KernelParameters#slot} of a parameter of the size of {@link CudaStructs#TENSOR_MAP}
     * @param pointer the tensor's address on the device, a multiple of 16
     */
    public void encodeTensorMap(MemorySegment target, TensorMapShape shape, long pointer) {
        if (target.byteSize() < CudaStructs.TENSOR_MAP.byteSize()) {
            throw new IllegalArgumentException("a tensor map was to be encoded in " + target.byteSize()
                    + " bytes: give it " + CudaStructs.TENSOR_MAP.byteSize());
        }
        try (Arena arena = Arena.ofConfined()) {
            calls.call(DriverFunction.TENSOR_MAP_ENCODE_TILED, target, shape.dataType, shape.sizes.length, pointer,
                    arena.allocateFrom(ValueLayout.JAVA_LONG, shape.sizes),
                    arena.allocateFrom(ValueLayout.JAVA_LONG, shape.strideBytes),
                    arena.allocateFrom(ValueLayout.JAVA_INT, shape.boxSizes),
                    arena.allocateFrom(ValueLayout.JAVA_INT, shape.elementStrides), shape.interleave, shape.swizzle,
                    shape.l2Promotion, shape.outOfBoundsFill);
        }
    }
}
