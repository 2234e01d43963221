package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.Nvrtc;
import dev.kernelwright.spi.KernelRejectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * NVRTC as a compiler.
 *
 * <p>It cannot be stopped: a compilation beyond its time limit goes on in a thread of its own, without a caller, until
 * it ends. Sources that nobody has seen are better compiled in a process that can be killed.
 */
final class NvrtcCompiler implements SourceCompiler {
    /**
     * What a compilation may take of the stack. Like any compiler it calls itself as deep as its source is large, and a
     * thread of Java's has 1 MiB. Only what is used is taken from the system.
     */
    private static final long STACK_BYTES = 256L << 20;

    private final Nvrtc nvrtc;
    private final List<Path> includeFolders;

    NvrtcCompiler(Nvrtc nvrtc, List<Path> includeFolders) {
        this.nvrtc = nvrtc;
        this.includeFolders = List.copyOf(includeFolders);
    }

    @Override
    public String description() {
        return "NVRTC " + CudaDriver.versionText(nvrtc.version());
    }

    @Override
    public Output compile(String source, String architecture, Duration timeLimit) throws KernelRejectedException {
        List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture, "--ptxas-options=-v",
                "--std=c++17"));
        includeFolders.forEach(folder -> options.add("--include-path=" + folder));
        FutureTask<Nvrtc.Output> task = new FutureTask<>(() -> nvrtc.compile(source, "kernel.cu", options));
        Thread.ofPlatform().daemon().name("kernelwright-nvrtc").stackSize(STACK_BYTES).start(task);
        try {
            Nvrtc.Output output = task.get(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
            String ptx = output.ptx();
            return new Output(output.cubin(), ptx == null ? "" : ptx, CudaCompiler.bounded(output.log()));
        } catch (TimeoutException e) {
            throw CudaCompiler.tookTooLong(description(), timeLimit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the thread was interrupted while it waited for " + description(), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CudaException failure) {
                throw failure.code() == CudaConstants.NVRTC_ERROR_INVALID_OPTION
                        ? CudaCompiler.unknownArchitecture(description(), architecture)
                        : failure;
            }
            throw new IllegalStateException(description() + " failed", e.getCause());
        }
    }
}
