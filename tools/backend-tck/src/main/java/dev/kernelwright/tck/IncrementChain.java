package dev.kernelwright.tck;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * Launches of a kernel that adds 1, from one tensor to another and back, so that what comes out is how many there were, if
 * each has seen what the one before has written. Values are whole numbers, so all comparisons are exact.
 */
final class IncrementChain implements AutoCloseable {
    private final Backend backend;
    private final LoadedKernel kernel;
    private final DeviceStream stream;
    private final Arena arena = Arena.ofShared();
    private final LaunchArguments arguments = new LaunchArguments(2, 1);
    private final long workspaceBytes;
    private final int n;

    /** Creates a chain of {@code n} elements that begin with 0. */
    IncrementChain(Backend backend, LoadedKernel kernel, DeviceStream stream, int n) {
        this.backend = backend;
        this.kernel = kernel;
        this.stream = stream;
        this.n = n;
        arguments.axes()[0] = n;
        workspaceBytes = kernel.workspaceBytes(arguments.axes());
        arguments.setBuffer(0, backend.allocate(arena, DType.F32, n));
        arguments.setBuffer(1, backend.allocate(arena, DType.F32, n));
    }

    /** Queues a copy of a number to every element; the host's memory lives as long as this. */
    IncrementChain begin(float first) {
        float[] values = new float[n];
        Arrays.fill(values, first);
        Tensor host = Tensor.allocate(arena, DType.F32, n);
        host.segment().copyFrom(Tensor.of(values, n).segment());
        backend.copy(stream, host, arguments.buffer(0));
        return this;
    }

    /** Queues launches. */
    IncrementChain launch(int times) {
        for (int i = 0; i < times; i++) {
            Tensor from = arguments.buffer(0);
            launchOnce();
            arguments.setBuffer(0, arguments.buffer(1));
            arguments.setBuffer(1, from);
        }
        return this;
    }

    /** Queues a launch from the first tensor to the second, and leaves them where they are. */
    void launchOnce() {
        if (workspaceBytes == 0) {
            kernel.launch(stream, arguments);
            return;
        }
        Tensor workspace = stream.borrowWorkspace(workspaceBytes);
        try {
            arguments.setWorkspace(workspace);
            kernel.launch(stream, arguments);
        } finally {
            stream.returnWorkspace(workspace);
        }
    }

    /** Returns the tensor that the last launch has written. */
    Tensor result() {
        return arguments.buffer(0);
    }

    /** Queues a copy of the results; what is returned holds them when the stream has come to it. */
    Tensor fetch() {
        Tensor host = Tensor.allocate(arena, DType.F32, n);
        backend.copy(stream, result(), host);
        return host;
    }

    /** Returns the results. */
    float[] read() {
        Tensor host = fetch();
        stream.synchronize();
        return host.toFloatArray();
    }

    /** Frees the tensors; what was queued must have ended. */
    @Override
    public void close() {
        arena.close();
    }
}
