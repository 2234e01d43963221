package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;

/**
 * A buffer that the application owns and knows the life of.
 *
 * <p>All other memory of a device is shared virtual memory, whose handle is its address. A buffer's is a {@code cl_mem},
 * which kernels are given whole: a tensor that is a part of it is given as a sub-buffer, which each launch makes for
 * itself.
 *
 * @param handle the {@code cl_mem}
 * @param alignmentBytes what the device wants the start of a sub-buffer to be a multiple of
 */
record WrappedBuffer(MemorySpace space, long handle, long byteSize, long alignmentBytes) implements DeviceMemory {
    @Override
    public boolean isAlive() {
        return true;
    }

    /** Returns whether a tensor needs a sub-buffer; one without elements does not, for no kernel looks at it. */
    boolean isPart(Tensor tensor) {
        return tensor.offsetBytes() != 0 && tensor.byteSize() != 0;
    }

    /** Creates a sub-buffer for a tensor that is a part of this buffer, for the caller to release. */
    long newPart(Tensor tensor) {
        if (tensor.offsetBytes() % alignmentBytes != 0) {
            throw new IllegalArgumentException("a launch on " + space + " was given " + tensor
                    + ", which begins at byte "
                    + tensor.offsetBytes() + " of a cl_mem, but kernels there take parts of one from multiples of "
                    + alignmentBytes + " bytes on: copy it to a tensor of its own");
        }
        return ClMemory.createSubBuffer(handle, 0, tensor.offsetBytes(), tensor.byteSize());
    }
}
