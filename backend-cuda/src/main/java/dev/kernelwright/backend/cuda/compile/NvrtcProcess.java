package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.backend.cuda.compile.NvrtcProtocol.Reply;
import dev.kernelwright.backend.cuda.compile.NvrtcProtocol.Request;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process in which NVRTC runs, asked by one thread at a time.
 *
 * <p>It does not outlive this JVM: when that ends, however it does, the process sees the end of its input and ends too.
 */
final class NvrtcProcess implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);
    private static final int MAX_SAID_BYTES = 2048;
    private static final int END_SECONDS = 5;

    /** Thrown where the process has ended or said what is no answer; the message goes on from its name. */
    static final class LostException extends Exception {
        private static final long serialVersionUID = 1;

        LostException(String message, IOException cause) {
            super(message, cause);
        }
    }

    private final Process process;
    private final DataInputStream answers;
    private final ProcessOutput said;
    private final int version;

    private NvrtcProcess(Process process) throws IOException, InterruptedException {
        this.process = process;
        this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        this.said = new ProcessOutput(process.getErrorStream(), MAX_SAID_BYTES);
        boolean ready = false;
        try {
            version = switch (within(START_LIMIT, () -> NvrtcProtocol.readReply(answers))) {
                case Reply.Ready(int found) -> found;
                case Reply.Missing(String reason) -> throw new IOException(reason);
                default -> throw new IOException("the process of NVRTC answered before it was asked");
            };
            ready = true;
        } catch (LostException e) {
            throw new IOException("the process of NVRTC " + e.getMessage(), e);
        } catch (TimeoutException e) {
            throw new IOException("the process of NVRTC said nothing within " + START_LIMIT.toSeconds() + " s", e);
        } finally {
            if (!ready) {
                close();
            }
        }
    }

    /**
     * Starts a process and waits until it has NVRTC.
     *
     * @throws IOException if it does not start, or has none
     */
    static NvrtcProcess start(NvrtcCommand command) throws IOException, InterruptedException {
        return new NvrtcProcess(command.start());
    }

    /** Returns the version of NVRTC, as CUDA writes versions. */
    int version() {
        return version;
    }

    /**
     * Has it compile.
     *
     * @throws LostException if there will be no answer
     * @throws TimeoutException if there is no answer in time
     */
    Reply ask(Request request, Duration limit) throws LostException, TimeoutException, InterruptedException {
        return within(limit, () -> {
            NvrtcProtocol.write(request, process.getOutputStream());
            return NvrtcProtocol.readReply(answers);
        });
    }

    /** Runs an exchange, which ends with the process at the latest. Unless it went well, the process is to be closed. */
    private Reply within(Duration limit, Callable<Reply> exchange)
            throws LostException, TimeoutException, InterruptedException {
        FutureTask<Reply> task = new FutureTask<>(exchange);
        Thread.ofVirtual().name("kernelwright-nvrtc").start(task);
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof IOException cause)) {
                throw new IllegalStateException("an exchange with the process of NVRTC failed", e.getCause());
            }
            throw new LostException(
                    cause instanceof StreamCorruptedException ? "said " + cause.getMessage() : obituary(), cause);
        }
    }

    /** Says how it ended and what it printed, if anything. */
    private String obituary() throws InterruptedException {
        if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
            return "closed its output";
        }
        String printed = said.text().strip();
        return printed.isEmpty()
                ? "crashed with exit code " + process.exitValue()
                : "ended with exit code " + process.exitValue() + " and said: " + printed;
    }

    /** Kills the process; when this returns, it is gone. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().completeOnTimeout(process, END_SECONDS, TimeUnit.SECONDS).join();
    }
}
