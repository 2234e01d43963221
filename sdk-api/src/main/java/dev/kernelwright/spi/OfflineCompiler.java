package dev.kernelwright.spi;

import dev.kernelwright.op.KernelSignature;
import java.util.Optional;

/**
 * Compiles kernels for an architecture of which no device need be here: what can be known of a kernel without running it.
 * Safe for use from several threads.
 */
public interface OfflineCompiler extends AutoCloseable {
    /** Returns the compiler and its version, as people see it. */
    String description();

    /** Returns the template of kernels for an op, or empty if the backend has none. */
    Optional<KernelTemplate> template(KernelSignature signature);

    /**
     * Compiles and screens a source, as {@link Backend#compile} of such a device does, and holds its plan against what
     * every device of the architecture can do.
     *
     * @throws KernelRejectedException with the compiler's whole log, the forbidden member, or the plan's fault
     * @throws IllegalArgumentException if the compiler does not know the architecture
     */
    KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException;

    /** Gives back what it keeps running. */
    @Override
    void close();
}
