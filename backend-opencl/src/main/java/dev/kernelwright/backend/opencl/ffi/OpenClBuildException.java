package dev.kernelwright.backend.opencl.ffi;

/** Thrown when a program cannot be built; the message ends with the compiler's log. */
public final class OpenClBuildException extends OpenClException {
    private static final long serialVersionUID = 1;

    private final String log;

    OpenClBuildException(String function, int code, String log) {
        super(function, code, ", and the compiler said:\n" + log);
        this.log = log;
    }

    /** Returns the compiler's whole log; empty if it gave none. */
    public String log() {
        return log;
    }
}
