package dev.kernelwright.tuning.trial;

/** Thrown in the child where a kernel threw something; the cause is what it threw. */
final class KernelFailedException extends Exception {
    private static final long serialVersionUID = 1;

    /** The number of the kernel. */
    final int kernel;

    KernelFailedException(int kernel, Throwable cause) {
        super(cause);
        this.kernel = kernel;
    }
}
