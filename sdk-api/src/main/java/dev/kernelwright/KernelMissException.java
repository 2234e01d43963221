package dev.kernelwright;

/** Thrown by {@link ComputeRuntime#bind} under {@link MissPolicy#FAIL} when no tuned kernel is stored. */
public final class KernelMissException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KernelMissException(String message) {
        super(message);
    }
}
