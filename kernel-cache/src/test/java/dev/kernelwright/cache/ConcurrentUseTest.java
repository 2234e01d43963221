package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ConcurrentUseTest {
    private static final KernelKey KEY = Records.key("attention@1");
    private static final int PUTS = 150;
    /** Of several pages, so that a half-written file would be seen. */
    private static final int LONG = 60_000;
    private static final int SHORT = 100;

    @TempDir
    private Path root;

    @Test
    @Timeout(300)
    void twoWritersOfOneKeyNeverShowAReaderAPartOrAMiss() throws Exception {
        DirectoryStore first = DirectoryStore.open(root);
        DirectoryStore second = DirectoryStore.open(root);
        first.put(record('a', SHORT));
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Integer>> readers = new ArrayList<>();
            for (DirectoryStore store : List.of(first, second)) {
                readers.add(threads.submit(() -> read(store, done)));
            }
            List<Future<Integer>> writers = new ArrayList<>();
            writers.add(threads.submit(write(first, 'a')));
            writers.add(threads.submit(write(second, 'b')));
            try {
                for (Future<Integer> writer : writers) {
                    writer.get();
                }
            } finally {
                done.set(true);
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
        }
        assertThat(first.problems()).isEmpty();
        assertThat(second.problems()).isEmpty();
    }

    private static Callable<Integer> write(DirectoryStore store, char letter) {
        return () -> {
            for (int i = 0; i < PUTS; i++) {
                store.put(record(letter, i % 2 == 0 ? LONG : SHORT));
            }
            return PUTS;
        };
    }

    /** Reads until told to stop; returns how often. */
    private static int read(DirectoryStore store, AtomicBoolean done) throws IOException {
        int reads = 0;
        do {
            String text = store.find(KEY).orElseThrow().kernel().source().text();
            assertThat(text).hasSizeBetween(SHORT, LONG).isEqualTo(text.substring(0, 1).repeat(text.length()));
            reads++;
        } while (!done.get());
        return reads;
    }

    private static TuningRecord record(char letter, int length) {
        return Records.tuned(KEY, String.valueOf(letter).repeat(length));
    }
}
