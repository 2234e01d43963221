package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.backend.cuda.compile.NvrtcProtocol.Reply;
import dev.kernelwright.backend.cuda.compile.NvrtcProtocol.Request;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * NVRTC as a compiler: a library, in processes of its own, since it may crash, cannot be stopped, and may take the place
 * of signal handlers that a JVM needs.
 *
 * <p>A process serves one compilation after the other, and ends when there was none for a while. One that crashes is
 * replaced and the source is tried once more, since not every crash is the source's fault; one that answers too late is
 * killed.
 */
final class NvrtcCompiler implements SourceCompiler {
    private static final int MAX_PROCESSES = 4;
    private static final int ATTEMPTS = 2;
    private static final Duration IDLE_LIMIT = Duration.ofSeconds(60);

    private final NvrtcCommand command;
    private final List<Path> includeFolders;
    private final int version;
    private final Duration idleLimit;
    private final Semaphore slots = new Semaphore(MAX_PROCESSES);
    /** The processes that wait for work, the last used last. Guarded by this. */
    private final Deque<Idle> idle = new ArrayDeque<>();
    private boolean closed;

    private record Idle(NvrtcProcess process, long sinceNanos) {}

    private NvrtcCompiler(NvrtcCommand command, List<Path> includeFolders, Duration idleLimit, NvrtcProcess first) {
        this.command = command;
        this.includeFolders = List.copyOf(includeFolders);
        this.version = first.version();
        this.idleLimit = idleLimit;
    }

    /**
     * Finds NVRTC, by starting a process that looks for it.
     *
     * @throws IOException if it is not there, or cannot be used
     */
    static NvrtcCompiler find(NvrtcCommand command, List<Path> includeFolders) throws IOException {
        return find(command, includeFolders, IDLE_LIMIT);
    }

    /** Finds it as {@link #find(NvrtcCommand, List)} does, for processes that wait for work for another time. */
    static NvrtcCompiler find(NvrtcCommand command, List<Path> includeFolders, Duration idleLimit) throws IOException {
        try {
            NvrtcProcess first = NvrtcProcess.start(command);
            NvrtcCompiler compiler = new NvrtcCompiler(command, includeFolders, idleLimit, first);
            compiler.giveBack(first);
            return compiler;
        } catch (InterruptedException e) {
            throw interrupted("NVRTC", e);
        }
    }

    @Override
    public String description() {
        return "NVRTC " + CudaDriver.versionText(version);
    }

    @Override
    public Output compile(String source, String architecture, Duration timeLimit) throws KernelRejectedException {
        long endNanos = System.nanoTime() + timeLimit.toNanos();
        List<String> options = new ArrayList<>(List.of("--gpu-architecture=" + architecture, "--ptxas-options=-v",
                "--std=c++17"));
        includeFolders.forEach(folder -> options.add("--include-path=" + folder));
        try {
            if (!slots.tryAcquire(timeLimit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw CudaCompiler.tookTooLong(description(), timeLimit);
            }
            try {
                return output(ask(new Request(source, options), endNanos), architecture);
            } finally {
                slots.release();
            }
        } catch (TimeoutException e) {
            throw CudaCompiler.tookTooLong(description(), timeLimit);
        } catch (InterruptedException e) {
            throw interrupted(description(), e);
        }
    }

    private Output output(Reply reply, String architecture) {
        return switch (reply) {
            case Reply.Compiled(byte[] cubin, String ptx, String log) -> new Output(cubin, ptx,
                    CudaCompiler.bounded(log));
            case Reply.Refused(String log) -> new Output(null, "", CudaCompiler.bounded(log));
            case Reply.InvalidOption() -> throw CudaCompiler.unknownArchitecture(description(), architecture);
            case Reply.Failed(String message) -> throw new IllegalStateException(description() + " failed: " + message);
            case Reply.Ready _,Reply.Missing _ -> throw new IllegalStateException(description()
                    + " said twice what it is");
        };
    }

    private Reply ask(Request request, long endNanos)
            throws KernelRejectedException, TimeoutException, InterruptedException {
        String ended = "";
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            NvrtcProcess process = take();
            boolean answered = false;
            try {
                Reply reply = process.ask(request, Duration.ofNanos(endNanos - System.nanoTime()));
                answered = true;
                return reply;
            } catch (NvrtcProcess.LostException e) {
                ended = String.valueOf(e.getMessage());
            } finally {
                if (answered) {
                    giveBack(process);
                } else {
                    process.close();
                }
            }
        }
        throw new KernelRejectedException(ReasonCode.COMPILE_ERROR,
                description() + " was given this source twice, and its"
                        + " process " + ended + ": write the source in another way");
    }

    private NvrtcProcess take() throws InterruptedException {
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("a kernel was to be compiled, but " + description() + " was closed");
            }
            Idle waiting = idle.pollLast();
            if (waiting != null) {
                return waiting.process;
            }
        }
        try {
            return NvrtcProcess.start(command);
        } catch (IOException e) {
            throw new UncheckedIOException(description() + " was there and cannot be started again", e);
        }
    }

    private void giveBack(NvrtcProcess process) {
        synchronized (this) {
            if (!closed) {
                idle.addLast(new Idle(process, System.nanoTime()));
                CompletableFuture.delayedExecutor(idleLimit.toNanos(), TimeUnit.NANOSECONDS)
                        .execute(() -> endIdle(idleLimit));
                return;
            }
        }
        process.close();
    }

    /** Ends the processes that have waited for at least some time. */
    private void endIdle(Duration waited) {
        List<NvrtcProcess> ending = new ArrayList<>();
        synchronized (this) {
            long now = System.nanoTime();
            while (!idle.isEmpty() && now - idle.getFirst().sinceNanos >= waited.toNanos()) {
                ending.add(idle.removeFirst().process);
            }
        }
        ending.forEach(NvrtcProcess::close);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        endIdle(Duration.ZERO);
    }

    private static IllegalStateException interrupted(String what, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("the thread was interrupted while it waited for " + what, e);
    }
}
