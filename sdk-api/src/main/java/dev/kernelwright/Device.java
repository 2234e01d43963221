package dev.kernelwright;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;

/** A device that a {@link ComputeRuntime} has open. */
public final class Device {
    private final Backend backend;
    private final DeviceStream defaultStream;

    Device(Backend backend) {
        this.backend = backend;
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

    /** Returns what the device can do at most; measured at the first call, which may take a second. */
    public Roofline roofline() {
        return backend.roofline();
    }

    /** Allocates a tensor, zeroed, in the device's memory, that lives as long as the arena. */
    public Tensor allocate(Arena arena, DType dtype, long... shape) {
        return backend.allocate(arena, dtype, shape);
    }

    /** Returns a new stream, which the caller closes. On the CPU a launch has ended when it returns. */
    public DeviceStream newStream() {
        return backend.newStream();
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
