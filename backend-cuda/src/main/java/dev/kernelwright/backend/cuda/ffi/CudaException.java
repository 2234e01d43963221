package dev.kernelwright.backend.cuda.ffi;

import java.util.Set;

/** Thrown where the CUDA driver or NVRTC answers with a status other than success. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Those of which the driver's header says that all later work fails too: kept in step with it by a test. */
    private static final Set<Integer> STICKY = Set.of(CudaConstants.CUDA_ERROR_CONTAINED,
            CudaConstants.CUDA_ERROR_ILLEGAL_ADDRESS, CudaConstants.CUDA_ERROR_LAUNCH_TIMEOUT,
            CudaConstants.CUDA_ERROR_ASSERT, CudaConstants.CUDA_ERROR_HARDWARE_STACK_ERROR,
            CudaConstants.CUDA_ERROR_ILLEGAL_INSTRUCTION, CudaConstants.CUDA_ERROR_MISALIGNED_ADDRESS,
            CudaConstants.CUDA_ERROR_INVALID_ADDRESS_SPACE, CudaConstants.CUDA_ERROR_INVALID_PC,
            CudaConstants.CUDA_ERROR_LAUNCH_FAILED, CudaConstants.CUDA_ERROR_TENSOR_MEMORY_LEAK,
            CudaConstants.CUDA_ERROR_MPS_CLIENT_TERMINATED, CudaConstants.CUDA_ERROR_EXTERNAL_DEVICE);

    private final String function;
    private final int code;
    private final String name;
    private final boolean sticky;

    private CudaException(String function, int code, String name, String text, boolean sticky) {
        super(function + " failed with " + name + " (" + code + "): " + text
                + (sticky ? "; this process can use the device no more: end it and start another" : ""));
        this.function = function;
        this.code = code;
        this.name = name;
        this.sticky = sticky;
    }

    static CudaException ofDriver(String function, int code, String name, String text) {
        return new CudaException(function, code, name, text, STICKY.contains(code));
    }

    static CudaException ofNvrtc(String function, int code, String name) {
        return new CudaException(function, code, name, "the compiler library refused the call", false);
    }

    /** Returns the C function that failed. */
    public String function() {
        return function;
    }

    /** Returns the status: a {@code CUresult}, or an {@code nvrtcResult} where the function is one of NVRTC. */
    public int code() {
        return code;
    }

    /** Returns the status by name, for example {@code CUDA_ERROR_OUT_OF_MEMORY}. */
    public String name() {
        return name;
    }

    /**
     * Returns whether every later call in this process will fail too, as after an illegal address or a trap: the device
     * can be used again only by another process.
     */
    public boolean isSticky() {
        return sticky;
    }
}
