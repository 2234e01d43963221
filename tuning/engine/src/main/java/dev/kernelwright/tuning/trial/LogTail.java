package dev.kernelwright.tuning.trial;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;

/**
 * The last few KiB of what a process prints: it is read all the time, so that the process never waits, and dropped.
 *
 * <p>The thread that reads is the one that starts the process, and it stays until that ends: where a process is to die
 * with its parent, Linux means the thread that started it.
 */
final class LogTail {
    static final int KEPT_BYTES = 4096;

    private final byte[] kept = new byte[KEPT_BYTES];
    private long count;
    private final Thread reader;

    private LogTail(FutureTask<Process> starting) {
        this.reader = Thread.ofPlatform().daemon().name("kernelwright-trial-log").start(() -> {
            starting.run();
            if (starting.state() == Future.State.SUCCESS) {
                drain(starting.resultNow());
            }
        });
    }

    /** A process and what it prints. */
    record Started(Process process, LogTail log) {}

    /** Starts a process, and to read what it prints. */
    static Started start(ProcessBuilder builder) throws IOException {
        FutureTask<Process> starting = new FutureTask<>(builder::start);
        LogTail log = new LogTail(starting);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return new Started(starting.get(), log);
                } catch (InterruptedException e) {
                    interrupted = true; // starting takes milliseconds, and must not leave a process that nobody knows
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drain(Process process) {
        byte[] chunk = new byte[KEPT_BYTES];
        try (InputStream output = process.getInputStream()) {
            for (int read = output.read(chunk); read >= 0; read = output.read(chunk)) {
                keep(chunk, read);
            }
            process.waitFor();
        } catch (IOException | InterruptedException e) {
            // The process was killed; what came before that is kept.
        }
    }

    private synchronized void keep(byte[] chunk, int length) {
        for (int i = 0; i < length; i++) {
            kept[(int) (count++ % KEPT_BYTES)] = chunk[i];
        }
    }

    /** Returns what was printed last, without the lines that every worker prints; empty if nothing was. */
    String text() {
        try {
            // The process has ended, so this is only for what is still in the pipe.
            reader.join(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return tail().lines().filter(line -> !line.startsWith("WARNING: Using incubator modules")
                && !line.startsWith("SLF4J")).collect(Collectors.joining("\n")).strip();
    }

    private synchronized String tail() {
        int length = (int) Math.min(count, KEPT_BYTES);
        byte[] ordered = new byte[length];
        for (int i = 0; i < length; i++) {
            ordered[i] = kept[(int) ((count - length + i) % KEPT_BYTES)];
        }
        return new String(ordered, StandardCharsets.UTF_8);
    }
}
