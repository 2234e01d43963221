package dev.kernelwright.spi;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

    /**
     * Returns the kernel that answers before tuning: plain and right for every shape; empty for an unknown op.
     *
     * @throws IllegalStateException if it cannot be made here, because there is no compiler for example
     */
    Optional<LoadedKernel> baseline(KernelSignature signature);

    /**
     * Compiles the baseline for trial workers, and for hosts that have no compiler: there {@link #load} takes it in the place
     * of {@link #baseline}. Empty for an unknown op, and if every host that has the device can make its baselines.
     */
    default Optional<KernelBinary> baselineBinary(KernelSignature signature) {
        return Optional.empty();
    }

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

    /**
     * Reads a template in this backend's language, as far as it is for this device: a file may have lines for several
     * kinds, and name what the backend's own templates have in common.
     *
     * @throws IllegalArgumentException if a directive is malformed or there is no {@code @step}
     */
    default KernelTemplate parseTemplate(String text) {
        return KernelTemplate.parse(sourceLanguage(), text);
    }

    /** Returns what this backend can do beyond the least; the methods that follow from it refuse what it leaves out. */
    default Set<Capability> capabilities() {
        return Set.of();
    }

    /** Returns a new event that has not happened. */
    default DeviceEvent newEvent() {
        throw Capability.EVENTS.refusedBy(this);
    }

    /**
     * Records what the work queues in a stream, which runs nothing, as a graph.
     *
     * @param stream a stream of this backend that is not wrapped
     * @param work queues launches and copies in that stream alone, and waits for nothing
     * @throws IllegalStateException if the work did what cannot be recorded
     */
    default DeviceGraph record(DeviceStream stream, Runnable work) {
        throw Capability.GRAPHS.refusedBy(this);
    }

    /** Allocates a zeroed host tensor, which copies to and from this device go faster with; lives as the arena. */
    default Tensor allocatePinned(Arena arena, DType dtype, long... shape) {
        throw Capability.PINNED_MEMORY.refusedBy(this);
    }

    /**
     * Takes memory of this device that the application owns and keeps alive.
     *
     * @param handle what {@link DeviceMemory#handle()} is to be: a device pointer on CUDA, a {@code cl_mem} on OpenCL
     */
    default DeviceMemory wrapMemory(long handle, long byteSize) {
        throw Capability.WRAPPED_MEMORY.refusedBy(this);
    }

    /**
     * Takes a stream that the application owns; closing what is returned leaves it open.
     *
     * @param handle a {@code CUstream}, also 0, on CUDA; a {@code cl_command_queue} on OpenCL
     */
    default DeviceStream wrapStream(long handle) {
        throw Capability.WRAPPED_STREAMS.refusedBy(this);
    }

    /** Returns the lease under which this library takes the device's memory. */
    default MemoryLease memory() {
        throw Capability.MEMORY_LEASE.refusedBy(this);
    }

    /**
     * Returns the state in which the device is now, as far as it tells: clocks, power and temperature, by names that end
     * in their unit, for records and for people. Reads only.
     */
    default Map<String, String> conditions() {
        return Map.of();
    }

    /** Measures what the device can do at most, which may take some seconds; {@link Rooflines} keeps it. */
    Roofline measureRoofline();

    /** Gives the device back; every kernel must have been closed. */
    @Override
    void close();
}
