package dev.kernelwright.tensor;

/**
 * A region of a device's memory that backs one or more tensors.
 *
 * <p>Implemented by backends. The handle is whatever a launch needs: a device pointer on CUDA, a {@code cl_mem} on
 * OpenCL. Tensors add a byte offset of their own, so that slices need no handle.
 */
public interface DeviceMemory {
    /** Returns the space this region is in, never {@link MemorySpace#HOST}. */
    MemorySpace space();

    /** Returns the backend's handle of the region. */
    long handle();

    /** Returns the size of the region in bytes. */
    long byteSize();

    /** Returns whether the region is still allocated. */
    boolean isAlive();
}
