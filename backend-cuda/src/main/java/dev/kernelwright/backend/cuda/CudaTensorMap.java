package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.DriverLaunches.TensorMapShape;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor map of a launch plan, in the parameter in which kernels get it.
 *
 * <p>It is encoded again only when the buffer's address or the axes are others than last time, so that a launch like the
 * one before allocates nothing. Used by one thread at a time.
 */
final class CudaTensorMap {
    private static final int ALIGNMENT_BYTES = 16;
    private static final long MAX_BOX = 256;
    private static final long MAX_DIM = 1L << 32;

    private final CompiledPlan.TensorMap map;
    private final String name;
    private final int elementBytes;
    private final int dataType;
    private final MemorySegment target;
    private final long[] encodedAxes;
    /** 0 if nothing was encoded. */
    private long encodedAddress;

    private CudaTensorMap(CompiledPlan.TensorMap map, BufferSpec buffer, MemorySegment target, int axisCount) {
        this.map = map;
        this.name = buffer.name();
        this.elementBytes = buffer.dtype().byteSize();
        this.dataType = dataType(buffer.dtype());
        this.target = target;
        this.encodedAxes = new long[axisCount];
    }

    /**
     * Makes a tensor map ready.
     *
     * @param target where it is encoded
     * @throws KernelRejectedException if the GPU has no tensor maps, or none like this
     */
    static CudaTensorMap of(CompiledPlan.TensorMap map, KernelSignature signature, CudaDevice device,
            MemorySegment target) throws KernelRejectedException {
        BufferSpec buffer = signature.buffers().get(map.buffer());
        if (!device.hasTensorMaps()) {
            throw CudaStep.invalid("the plan has a tensor map of '" + buffer.name() + "', but " + device.name()
                    + " is of " + device.architecture() + " and has none before sm_90: leave out @tensor_map");
        }
        CudaTensorMap made = new CudaTensorMap(map, buffer, target, signature.axes().size());
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            long elements = 1;
            for (long extent : signature.shape(buffer, axes)) {
                elements = Math.multiplyExact(elements, extent);
            }
            String fault = made.fault(axes, elements * made.elementBytes);
            if (fault != null) {
                throw CudaStep.invalid(fault);
            }
        }
        return made;
    }

    private static int dataType(DType dtype) {
        return switch (dtype) {
            case F32 -> CudaConstants.CU_TENSOR_MAP_DATA_TYPE_FLOAT32;
            case F16 -> CudaConstants.CU_TENSOR_MAP_DATA_TYPE_FLOAT16;
            case BF16 -> CudaConstants.CU_TENSOR_MAP_DATA_TYPE_BFLOAT16;
            case I32 -> CudaConstants.CU_TENSOR_MAP_DATA_TYPE_INT32;
        };
    }

    /** Encodes the map for a launch, if it is not already. */
    void encode(CudaDriver driver, LaunchArguments arguments) {
        Tensor tensor = arguments.buffer(map.buffer());
        long address = DeviceHeap.address(tensor);
        long[] axes = arguments.axes();
        if (address == encodedAddress && Arrays.equals(axes, encodedAxes)) {
            return;
        }
        if (address % ALIGNMENT_BYTES != 0) {
            throw new IllegalArgumentException("a tensor map of '" + name + "' begins at the address 0x"
                    + Long.toHexString(address) + ", which is no multiple of " + ALIGNMENT_BYTES
                    + ": give a tensor that is aligned");
        }
        String fault = fault(axes, tensor.byteSize());
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
        encodedAddress = 0;
        driver.launches().encodeTensorMap(target, shape(axes), address);
        System.arraycopy(axes, 0, encodedAxes, 0, axes.length);
        encodedAddress = address;
    }

    private TensorMapShape shape(long[] axes) {
        int rank = map.dims().size();
        long[] sizes = new long[rank];
        long[] strideBytes = new long[rank - 1];
        int[] box = new int[rank];
        int[] elementStrides = new int[rank];
        long stride = elementBytes;
        for (int i = 0; i < rank; i++) {
            if (i > 0) {
                strideBytes[i - 1] = stride;
            }
            sizes[i] = map.dims().get(i).evaluate(axes);
            stride *= sizes[i];
            box[i] = (int) map.box().get(i).evaluate(axes);
            elementStrides[i] = 1;
        }
        return new TensorMapShape(dataType, sizes, strideBytes, box, elementStrides,
                CudaConstants.CU_TENSOR_MAP_INTERLEAVE_NONE, swizzle((int) map.swizzleBytes().evaluate(axes)),
                CudaConstants.CU_TENSOR_MAP_L2_PROMOTION_L2_128B, CudaConstants.CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    }

    private static int swizzle(int bytes) {
        return switch (bytes) {
            case 32 -> CudaConstants.CU_TENSOR_MAP_SWIZZLE_32B;
            case 64 -> CudaConstants.CU_TENSOR_MAP_SWIZZLE_64B;
            case 128 -> CudaConstants.CU_TENSOR_MAP_SWIZZLE_128B;
            default -> CudaConstants.CU_TENSOR_MAP_SWIZZLE_NONE;
        };
    }

    /** Returns what the driver or the device would not have of the map, or null if nothing. */
    private @Nullable String fault(long[] axes, long bufferBytes) {
        long bytes = elementBytes;
        for (int i = 0; i < map.dims().size(); i++) {
            long box = map.box().get(i).evaluate(axes);
            if (box < 1 || box > MAX_BOX) {
                return "the box of the tensor map of '" + name + "' has " + box + " elements in a dimension: use 1 to "
                        + MAX_BOX;
            }
            long dim = map.dims().get(i).evaluate(axes);
            if (dim < 1 || dim > MAX_DIM) {
                return "the tensor map of '" + name + "' has " + dim + " elements in a dimension: use 1 to " + MAX_DIM;
            }
            if (i > 0 && bytes % ALIGNMENT_BYTES != 0) {
                return "the tensor map of '" + name + "' has a stride of " + bytes + " bytes: make it a multiple of "
                        + ALIGNMENT_BYTES;
            }
            if (dim > bufferBytes / bytes) {
                return "the tensor map of '" + name + "' describes more than the " + bufferBytes
                        + " bytes of its buffer: use the buffer's own extents";
            }
            bytes *= dim;
        }
        long rowBytes = elementBytes * map.box().getFirst().evaluate(axes);
        if (rowBytes % ALIGNMENT_BYTES != 0) {
            return "a row of the box of the tensor map of '" + name + "' has " + rowBytes
                    + " bytes: make it a multiple of " + ALIGNMENT_BYTES;
        }
        long swizzle = map.swizzleBytes().evaluate(axes);
        if (swizzle != 0 && swizzle != 32 && swizzle != 64 && swizzle != 128) {
            return "the tensor map of '" + name + "' has a swizzle of " + swizzle + " bytes: use 0, 32, 64 or 128";
        }
        return swizzle != 0 && rowBytes > swizzle
                ? "a row of the box of the tensor map of '" + name + "' has " + rowBytes
                        + " bytes, more than its swizzle"
                        + " of " + swizzle + ": use narrower boxes or a wider swizzle"
                : null;
    }
}
