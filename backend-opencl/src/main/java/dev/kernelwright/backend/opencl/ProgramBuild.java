package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClProgram;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The building of programs, on a thread of its own for each, so that no source overflows the stack or takes for ever.
 *
 * <p>A driver compiles in this process. Compilers follow a source to the depth that it is nested or chained, and one that
 * overflows its stack takes the process with it: on the stack of an ordinary thread, 250 brackets were enough for PoCL's.
 */
final class ProgramBuild {
    static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(60);

    /** For chains as long as the largest source, of some kilobytes a link; what is not used costs nothing. */
    private static final long STACK_BYTES = 512L << 20;
    private static final String OPTIONS = "";

    private final Duration timeLimit;

    ProgramBuild(Duration timeLimit) {
        this.timeLimit = timeLimit;
    }

    /**
     * Builds a program for a device.
     *
     * @throws KernelRejectedException if it takes too long; the program then belongs to the thread that builds it, which
     *         cannot be stopped
     */
    void build(long program, long device) throws KernelRejectedException {
        CompletableFuture<Boolean> built = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("kernelwright-opencl-compiler").stackSize(STACK_BYTES).start(() -> {
            try {
                ClProgram.build(program, device, OPTIONS);
                built.complete(true);
            } catch (RuntimeException | Error e) {
                built.completeExceptionally(e);
            }
        });
        try {
            built.get(timeLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            releaseOnceBuilt(program, built);
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, "the compiler took longer than "
                    + timeLimit.toMillis() + " ms and was given up: write shorter expressions, and unroll less");
        } catch (InterruptedException e) {
            releaseOnceBuilt(program, built);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the thread was interrupted while it waited for a program to be built", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure
                    ? failure
                    : new IllegalStateException("a program could not be built", e.getCause());
        }
    }

    private static void releaseOnceBuilt(long program, CompletableFuture<Boolean> built) {
        CompletableFuture<Boolean> _ = built.whenComplete((done, failure) -> ClProgram.release(program));
    }
}
