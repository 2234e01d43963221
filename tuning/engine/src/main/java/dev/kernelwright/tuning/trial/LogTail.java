package dev.kernelwright.tuning.trial;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** The last few KiB of what a process prints: it is read all the time, so that the process never waits, and dropped. */
final class LogTail {
    static final int KEPT_BYTES = 4096;

    private final byte[] kept = new byte[KEPT_BYTES];
    private long count;
    private final Thread reader;

    /** Starts to read, on a daemon thread that ends with the stream. */
    LogTail(InputStream output) {
        this.reader = Thread.ofPlatform().daemon().name("kernelwright-trial-log").start(() -> drain(output));
    }

    private void drain(InputStream output) {
        byte[] chunk = new byte[KEPT_BYTES];
        try (output) {
            for (int read = output.read(chunk); read >= 0; read = output.read(chunk)) {
                keep(chunk, read);
            }
        } catch (IOException e) {
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
