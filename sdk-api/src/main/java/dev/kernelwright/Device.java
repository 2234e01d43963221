package dev.kernelwright;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.MemoryLease;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Set;

/** A device that a {@link ComputeRuntime} has open. */
public final class Device {
    private final Backend backend;
    private final Rooflines rooflines;
    private final DeviceStream defaultStream;

    Device(Backend backend, Rooflines rooflines) {
        this.backend = backend;
        this.rooflines = rooflines;
        this.defaultStream = backend.newStream();
    }

    /** Returns the name it is asked for by, for example {@code cpu} or {@code cuda:0}. */
    public String name() {
        return backend.device().name();
    }

    /** Returns the device as people see it. */
    public DeviceDescription description() {
        return backend.device();
    }

    /** Returns what kernels for this device are made for. */
    public Target target() {
        return backend.target();
    }

    /** Returns what the device can do at most; measured at the first call on its kind, which may take some seconds. */
    public Roofline roofline() {
        return rooflines.of(backend);
    }

    /** Allocates a tensor, zeroed, in the device's memory, that lives as long as the arena. */
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        return backend.allocate(arena, dtype, shape);
    }

    /**
     * Copies elements on the default stream and waits for the end.
     *
     * @throws IllegalArgumentException if types or sizes differ, the two overlap, or one is neither in host memory nor in
     *         this device's
     * @throws IllegalStateException if the memory of a tensor was freed
     */
    public void copy(Tensor from, Tensor to) {
        copy(defaultStream, from, to);
        defaultStream.synchronize();
    }

    /**
     * Copies elements in the order of a stream; as {@link #copy(Tensor, Tensor)} in all else. The caller keeps host
     * memory alive and unchanged until the stream has come to it.
     */
    public void copy(DeviceStream stream, Tensor from, Tensor to) {
        requireReachable(from);
        requireReachable(to);
        if (from.dtype() != to.dtype() || from.byteSize() != to.byteSize()) {
            throw new IllegalArgumentException("a copy of " + from + " to " + to + " was asked for: give both one type"
                    + " and the same number of elements");
        }
        if (from.overlaps(to)) {
            throw new IllegalArgumentException("a copy of " + from + " to " + to + " was asked for, but they overlap in"
                    + " memory: give the copy memory of its own");
        }
        backend.copy(stream, from, to);
    }

    private void requireReachable(Tensor tensor) {
        if (tensor.space() != MemorySpace.HOST && tensor.space() != backend.memorySpace()) {
            throw new IllegalArgumentException(
                    "a copy on " + name() + " was asked for with " + tensor + " in the memory"
                            + " of " + tensor.space() + ": copy it to host memory first");
        }
        if (!tensor.isAlive()) {
            throw new IllegalStateException("a copy on " + name() + " was asked for with " + tensor + ", whose memory"
                    + " was freed: keep its arena open until the copy has ended");
        }
    }

    /** Returns a new stream, which the caller closes. On the CPU a launch has ended when it returns. */
    public DeviceStream newStream() {
        return backend.newStream();
    }

    /** Returns what this device can do beyond the least. What it leaves out is refused. */
    public Set<Capability> capabilities() {
        return backend.capabilities();
    }

    /**
     * Returns a new event, which takes the time of a point in a stream by the device's clock.
     *
     * @throws UnsupportedOperationException without {@link Capability#EVENTS}
     */
    public DeviceEvent newEvent() {
        return backend.newEvent();
    }

    /**
     * Records calls of bound ops and copies, which run nothing, as a graph that is launched as one.
     *
     * @param stream a stream made by {@link #newStream()}
     * @param work calls bound ops and copies in that stream alone
     * @throws UnsupportedOperationException without {@link Capability#GRAPHS}
     * @throws IllegalStateException if the work did what cannot be recorded
     */
    public DeviceGraph record(DeviceStream stream, Runnable work) {
        return backend.record(stream, work);
    }

    /**
     * Allocates a zeroed host tensor which this device copies from and to by itself; it lives as long as the arena.
     *
     * @throws UnsupportedOperationException without {@link Capability#PINNED_MEMORY}
     */
    public Tensor allocatePinned(Arena arena, DType dtype, long... shape) {
        return backend.allocatePinned(arena, dtype, shape);
    }

    /**
     * Makes a tensor over memory of this device that the application owns and keeps alive; nothing is copied.
     *
     * @param handle a device pointer on CUDA, a {@code cl_mem} on OpenCL
     * @throws UnsupportedOperationException without {@link Capability#WRAPPED_MEMORY}
     */
    public Tensor wrap(long handle, DType dtype, long... shape) {
        return Tensor.over(backend.wrapMemory(handle, Tensor.byteSize(dtype, shape)), 0, dtype, shape);
    }

    /**
     * Returns a stream over one that the application owns, which closing it leaves open.
     *
     * @param handle a {@code CUstream} on CUDA, a {@code cl_command_queue} on OpenCL
     * @throws UnsupportedOperationException without {@link Capability#WRAPPED_STREAMS}
     */
    public DeviceStream wrapStream(long handle) {
        return backend.wrapStream(handle);
    }

    /**
     * Returns the lease under which this library takes the device's memory; at first, all of it.
     *
     * <p>An application that shares the device sets a limit: {@code device.memory().limit(bytes)}. Tensors and workspaces
     * count, what is kept for the next tensor, and what the tuner tries kernels on. The tuner takes only what is left: when
     * the application needs it, or lowers the limit, a trial is ended, and what could not be tried stays untuned, to be
     * tuned when a process next binds it. A tensor for which there is no room is refused.
     *
     * @throws UnsupportedOperationException without {@link Capability#MEMORY_LEASE}
     */
    public MemoryLease memory() {
        return backend.memory();
    }

    /** Waits until everything that was queued on the default stream has ended. */
    public void synchronize() {
        defaultStream.synchronize();
    }

    Backend backend() {
        return backend;
    }

    DeviceStream defaultStream() {
        return defaultStream;
    }

    void close() {
        defaultStream.close();
        backend.close();
    }

    @Override
    public String toString() {
        return name() + " (" + description().model() + ")";
    }
}
