package dev.kernelwright.dispatch;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The kernel that answers the calls of one key in this process: the baseline at first, then what replaces it.
 *
 * <p>A superseded kernel stays loaded until the runtime closes, because a call may still be in it and because a key is
 * replaced a handful of times at most.
 */
@SuppressWarnings("ReferenceEquality") // a loaded kernel is itself only
public final class LiveKernel {
    private final KernelKey key;
    private final Workload workload;
    private final Backend backend;
    private final LoadedKernel baseline;
    private final Consumer<String> onFailure;
    private final ArgumentCheck check;
    private final boolean indexed;
    private final List<LoadedKernel> loaded = new ArrayList<>();
    private volatile LoadedKernel current;

    /**
     * Creates a live kernel that is its baseline.
     *
     * @param onFailure is told, in a sentence, when a kernel failed in a call and was taken out of service
     * @throws IllegalArgumentException if a ranged axis cannot be found from the shapes of the tensors
     */
    public LiveKernel(KernelKey key, Workload workload, Backend backend, LoadedKernel baseline,
            Consumer<String> onFailure) {
        this.key = key;
        this.workload = workload;
        this.backend = backend;
        this.baseline = baseline;
        this.onFailure = onFailure;
        this.check = new ArgumentCheck(workload.signature(), workload.op().constraints(),
                backend.memorySpace());
        this.indexed = workload.signature().buffers().stream().anyMatch(buffer -> buffer.indexLimit() != null);
        this.loaded.add(baseline);
        this.current = baseline;
    }

    /** Returns what it is the kernel for. */
    public KernelKey key() {
        return key;
    }

    /** Returns the workload. */
    public Workload workload() {
        return workload;
    }

    /** Returns the device. */
    public Backend backend() {
        return backend;
    }

    /** Returns the check that the arguments of a launch must pass first. */
    public ArgumentCheck check() {
        return check;
    }

    /** Returns whether something other than the baseline answers calls. */
    public boolean isTuned() {
        return current != baseline;
    }

    /** Answers calls with another kernel from now on; after {@link #close()} that kernel is closed instead. */
    public void swap(LoadedKernel kernel) {
        synchronized (loaded) {
            if (loaded.isEmpty()) {
                kernel.close();
            } else {
                loaded.add(kernel);
                current = kernel;
            }
        }
    }

    /**
     * Launches the kernel.
     *
     * <p>A kernel other than the baseline that throws is given no second chance: if the baseline can answer the call,
     * the kernel was at fault and is taken out of service.
     *
     * @throws IllegalArgumentException if an index is out of its range
     */
    public void launch(DeviceStream stream, LaunchArguments arguments) {
        LoadedKernel kernel = current;
        try {
            launch(kernel, stream, arguments);
        } catch (IndexOutOfBoundsException e) {
            if (kernel != baseline) {
                recover(kernel, stream, arguments, e);
            } else {
                throw failed(e);
            }
        } catch (RuntimeException e) {
            if (kernel == baseline) {
                throw e;
            }
            recover(kernel, stream, arguments, e);
        }
    }

    private void recover(LoadedKernel kernel, DeviceStream stream, LaunchArguments arguments, RuntimeException cause) {
        try {
            launch(baseline, stream, arguments);
        } catch (IndexOutOfBoundsException e) {
            throw failed(e);
        }
        synchronized (loaded) {
            if (current == kernel) {
                current = baseline;
                onFailure.accept("the tuned kernel of " + workload + " failed in a call (" + cause
                        + ") and was taken out of service: the baseline answers until the process restarts");
            }
        }
    }

    private RuntimeException failed(IndexOutOfBoundsException cause) {
        KernelSignature signature = workload.signature();
        return indexed
                ? new IllegalArgumentException(signature.op() + " was called with an index outside its range: "
                        + "check the index inputs of " + workload, cause)
                : cause;
    }

    private static void launch(LoadedKernel kernel, DeviceStream stream, LaunchArguments arguments) {
        long workspaceBytes = kernel.workspaceBytes(arguments.axes());
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

    /** Unloads every kernel; no call may be under way. */
    public void close() {
        synchronized (loaded) {
            loaded.forEach(LoadedKernel::close);
            loaded.clear();
        }
    }
}
