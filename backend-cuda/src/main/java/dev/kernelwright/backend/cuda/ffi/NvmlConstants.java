package dev.kernelwright.backend.cuda.ffi;

/** The constants of {@code nvml.h} that are used, by its names. */
final class NvmlConstants {
    static final int NVML_SUCCESS = 0;
    static final int NVML_CLOCK_SM = 1;
    static final int NVML_CLOCK_MEM = 2;
    static final int NVML_TEMPERATURE_GPU = 0;

    private NvmlConstants() {}
}
