package dev.kernelwright.backend.cuda.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a process prints: read to its end, so that the process is never held up, of which the beginning is kept. */
final class ProcessOutput {
    private static final Duration REST = Duration.ofSeconds(5);

    private final int maxBytes;
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final Thread reader;

    /** Begins to read a stream in a thread of its own. */
    ProcessOutput(InputStream from, int maxBytes) {
        this.maxBytes = maxBytes;
        this.reader = Thread.ofVirtual().start(() -> readAll(from));
    }

    private void readAll(InputStream from) {
        byte[] buffer = new byte[8192];
        try (from) {
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                synchronized (kept) {
                    kept.write(buffer, 0, Math.min(count, maxBytes - kept.size()));
                }
            }
        } catch (IOException e) {
            // The process was stopped.
        }
    }

    /** Returns what was printed by a process that has ended, a moment being left for what is still under way. */
    String text() throws InterruptedException {
        reader.join(REST);
        synchronized (kept) {
            return kept.toString(StandardCharsets.UTF_8);
        }
    }
}
