package dev.kernelwright;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;

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
