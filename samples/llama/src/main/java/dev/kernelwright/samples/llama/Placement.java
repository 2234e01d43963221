package dev.kernelwright.samples.llama;

import dev.kernelwright.Device;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;

/** Makes tensors in the memory of the device that a model runs on, which on the CPU is the host's. */
record Placement(Device device) {
    /** Returns a tensor of zeros. */
    Tensor empty(DType dtype, long... shape) {
        return device.allocate(Arena.ofAuto(), dtype, shape);
    }

    /** Returns a copy of a tensor in host memory. */
    Tensor copyOf(Tensor host) {
        Tensor copy = empty(host.dtype(), host.shape());
        device.copy(host, copy);
        return copy;
    }
}
