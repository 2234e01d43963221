/** The backend of OpenCL's devices. */
module dev.kernelwright.backend.opencl {
    requires static org.jspecify;
}
