/** The backend of NVIDIA GPUs: kernels in CUDA C++, compiled by NVRTC or nvcc and run through the CUDA driver. */
module dev.kernelwright.backend.cuda {
    requires dev.kernelwright.sdk;
    requires static org.jspecify;

    provides dev.kernelwright.spi.BackendProvider with
            dev.kernelwright.backend.cuda.CudaBackendProvider;
}
