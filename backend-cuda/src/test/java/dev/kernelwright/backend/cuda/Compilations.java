package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LoadedKernel;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Kernels that are compiled in the order in which they are asked for, as many at a time as NVRTC has processes. */
final class Compilations implements AutoCloseable {
    private static final int AT_A_TIME = 4;

    private final Backend backend;
    private final ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME,
            Thread.ofPlatform().daemon().factory());

    Compilations(Backend backend) {
        this.backend = backend;
    }

    /** A kernel that is being compiled, and what messages call it. */
    record Compiled(String name, KernelSignature signature, Future<KernelBinary> binary) {
        /** Waits until it is compiled, and loads it. */
        LoadedKernel load(Backend backend) throws KernelRejectedException {
            return backend.load(await(), signature);
        }

        /** Waits until it is compiled. */
        KernelBinary await() {
            try {
                return binary.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException(name + " cannot be compiled: " + e.getCause().getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("waiting for " + name + " was interrupted", e);
            }
        }
    }

    Compiled baseline(KernelSignature signature, String of) {
        return new Compiled("the baseline of " + of, signature,
                threads.submit(() -> backend.baselineBinary(signature).orElseThrow()));
    }

    Compiled point(Map<String, Long> point, KernelSignature signature, String of) {
        return new Compiled("the template at " + point + " of " + of, signature, threads.submit(
                () -> backend.compile(backend.template(signature).orElseThrow().expand(point, signature), signature)));
    }

    /** Gives up what has not been compiled. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
