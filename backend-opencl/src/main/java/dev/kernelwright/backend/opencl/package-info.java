/** The backend of OpenCL's devices: kernels in OpenCL C, compiled by the device's own driver. */
@NullMarked
package dev.kernelwright.backend.opencl;

import org.jspecify.annotations.NullMarked;
