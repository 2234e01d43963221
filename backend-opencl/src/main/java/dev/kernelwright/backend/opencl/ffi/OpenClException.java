package dev.kernelwright.backend.opencl.ffi;

/** Thrown when a function of OpenCL returns a status other than success. */
public sealed class OpenClException extends RuntimeException permits OpenClBuildException {
    private static final long serialVersionUID = 1;

    private final String function;
    private final int code;

    OpenClException(String function, int code) {
        this(function, code, "");
    }

    OpenClException(String function, int code, String detail) {
        super(function + " failed with " + ClStatus.nameOf(code) + " (" + code + ")" + detail);
        this.function = function;
        this.code = code;
    }

    /** Returns the name of the function that failed, such as {@code clBuildProgram}. */
    public final String function() {
        return function;
    }

    /** Returns whether the device failed at what it ran or is gone, in the words that drivers have for it. */
    public final boolean saysDeviceFailed() {
        return switch (code) {
            case ClStatus.CL_DEVICE_NOT_AVAILABLE, ClStatus.CL_OUT_OF_RESOURCES,
                    ClStatus.CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, ClStatus.CL_INVALID_COMMAND_QUEUE,
                    ClStatus.NVIDIA_ILLEGAL_ACCESS ->
                true;
            default -> false;
        };
    }

    /** Returns the status code, which is negative. */
    public final int code() {
        return code;
    }

    /** Returns the name that the code has in OpenCL's headers, such as {@code CL_OUT_OF_RESOURCES}. */
    public final String status() {
        return ClStatus.nameOf(code);
    }
}
