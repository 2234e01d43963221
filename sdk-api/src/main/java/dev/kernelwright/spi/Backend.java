package dev.kernelwright.spi;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Optional;

/**
 * One open device: compiles, loads and launches kernels, and holds memory.
 *
 * <p>Sees signatures, never definitions, so that it works the same in a trial worker, which has none of the
 * application's classes. Safe for use from several threads.
 */
public interface Backend extends AutoCloseable {
    /** Returns the device as people see it. */
    DeviceDescription device();

    /** Returns what kernels of this device are made for. */
    Target target();

    /** Returns the space its tensors are in; {@link MemorySpace#HOST} if it works on host memory. */
    MemorySpace memorySpace();

    /** Returns the language its kernel sources are in, for example {@code java-vector}. */
    String sourceLanguage();

    /** Returns the kernel that answers before tuning: plain and right for every shape; empty for an unknown op. */
    Optional<LoadedKernel> baseline(KernelSignature signature);

    /** Returns the template of kernels for an op, or empty if the backend has none. */
    Optional<KernelTemplate> template(KernelSignature signature);

    /** Returns how kernels for an op are written, or empty if the backend does not tell. */
    default Optional<KernelDialect> dialect(KernelSignature signature) {
        return Optional.empty();
    }

    /**
     * Compiles and screens a source.
     *
     * @throws KernelRejectedException with the compiler's whole log, the forbidden member, or the plan's fault
     */
    KernelBinary compile(KernelSource source, KernelSignature signature) throws KernelRejectedException;

    /**
     * Screens a binary again, since it may come from a store, and loads it.
     *
     * @throws KernelRejectedException if it is not acceptable or is not one for this device
     */
    LoadedKernel load(KernelBinary binary, KernelSignature signature) throws KernelRejectedException;

    /** Allocates a tensor, zeroed, that lives as long as the arena. */
    Tensor allocate(Arena arena, DType dtype, long... shape);

    /**
     * Copies elements in the order of a stream. Both tensors have one type and size, and each is in host memory or in
     * that of this device. Host memory MUST NOT be freed or changed before the stream has come to it.
     */
    void copy(DeviceStream stream, Tensor from, Tensor to);

    /** Returns a new stream. */
    DeviceStream newStream();

    /** Measures what the device can do at most, which may take some seconds; {@link Rooflines} keeps it. */
    Roofline measureRoofline();

    /** Gives the device back; every kernel must have been closed. */
    @Override
    void close();
}
