/** The backend of OpenCL's devices. */
module dev.kernelwright.backend.opencl {
    requires dev.kernelwright.sdk;
    requires static org.jspecify;

    provides dev.kernelwright.spi.BackendProvider with
            dev.kernelwright.backend.opencl.OpenClBackendProvider;
}
