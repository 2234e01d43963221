package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed while it puts records. */
class KilledWriterTest {
    private static final int KILLS = 10;
    private static final int STRESS_KILLS = 1_000;
    private static final KernelKey OVERWRITTEN = Records.key("overwritten");

    @TempDir
    private Path root;

    @Test
    @Timeout(120)
    void everyAcknowledgedRecordIsThereAndNoneIsDamaged() throws Exception {
        killWriters(KILLS);
    }

    @Test
    @Tag("stress")
    void everyAcknowledgedRecordIsThereAfterAThousandKills() throws Exception {
        killWriters(STRESS_KILLS);
    }

    private void killWriters(int kills) throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        DirectoryStore store = DirectoryStore.open(root);
        int acknowledged = 0;
        for (int kill = 0; kill < kills; kill++) {
            acknowledged = putUntilKilled(acknowledged, acknowledged + random.nextInt(1, 20), random.nextInt(3_000));
            TuningRecord last = store.find(OVERWRITTEN).orElseThrow();
            assertThat(Integer.parseInt(last.provenance().get("number"))).isGreaterThanOrEqualTo(acknowledged);
        }
        killInTheMiddleOfAFile(acknowledged);
        for (int i = 1; i <= acknowledged; i++) {
            KernelKey key = Records.key("op" + i);
            assertThat(text(store.find(key).orElseThrow())).isEqualTo(text(record(key, i)));
        }
        // What was put but not acknowledged is there as a whole or not at all.
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files.filter(file -> file.toString().endsWith(".json")).count()).isEqualTo(store.keys().size())
                    .isBetween(acknowledged + 1L, acknowledged + 2L);
        }
        assertThat(store.problems()).isEmpty();
        assertThat(temporaries()).as("temporaries that the kills have left").isPositive();
        // Two hours later: by now no writer can still be at work.
        DirectoryStore later = DirectoryStore.open(root, Disk.REAL, StoreSettings.DEFAULT
                .withClock(() -> Instant.now().plus(Duration.ofHours(2))));
        later.put(record(Records.key("later"), 0));
        assertThat(temporaries()).as("temporaries after the next put").isZero();
    }

    private long temporaries() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".tmp")).count();
        }
    }

    /** Runs a writer, kills it some time after it has put a number of records, and returns how many it had put. */
    private int putUntilKilled(int first, int enough, int delayMicros) throws IOException, InterruptedException {
        Process writer = start(first + 1, Writer.SLOW);
        int acknowledged = first;
        try (BufferedReader lines = writer.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            while ((line = lines.readLine()) != null) {
                acknowledged = Integer.parseInt(line);
                if (acknowledged == enough) {
                    Thread.sleep(delayMicros / 1_000, delayMicros % 1_000 * 1_000);
                    // Through the handle, since the process would close its output, with what is still to be read.
                    writer.toHandle().destroyForcibly();
                }
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
        assertThat(acknowledged).as("what the writer acknowledged before it was killed").isGreaterThanOrEqualTo(enough);
        return acknowledged;
    }

    /** Kills a writer that never comes to the end of its next file, so that at least one temporary is left. */
    private void killInTheMiddleOfAFile(int acknowledged) throws IOException, InterruptedException {
        Path shard = root.resolve("records").resolve(OVERWRITTEN.digest().substring(0, 2));
        // Those of the key that it gets stuck in; one of its other key is there for a moment only.
        String pattern = OVERWRITTEN.digest() + "*.tmp";
        int before = Disk.REAL.list(shard, pattern).size();
        Process writer = start(acknowledged + 1, Writer.STUCK);
        try {
            while (Disk.REAL.list(shard, pattern).size() == before) {
                assertThat(writer.waitFor(Duration.ofMillis(1))).as("the writer ended by itself").isFalse();
            }
        } finally {
            writer.destroyForcibly().waitFor();
        }
    }

    private Process start(int first, String pace) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Writer.class.getName(),
                root.toString(), Integer.toString(first), pace).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String text(TuningRecord record) {
        return record.kernel().source().text();
    }

    private static TuningRecord record(KernelKey key, int number) {
        return Records.tuned(key, Integer.toString(number).repeat(5_000));
    }

    /** Writes in small pieces with pauses, so that many kills find a file that is half written. */
    private static final class SlowDisk extends ForwardingDisk {
        private static final int PIECE_BYTES = 1_000;

        private final Duration pause;

        SlowDisk(Duration pause) {
            super(REAL);
            this.pause = pause;
        }

        @Override
        public void writeNew(Path file, byte[] bytes) throws IOException {
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
                for (int i = 0; i < bytes.length; i += PIECE_BYTES) {
                    out.write(bytes, i, Math.min(PIECE_BYTES, bytes.length - i));
                    LockSupport.parkNanos(pause.toNanos());
                }
            }
        }
    }

    /** The process that is killed: puts records for ever and says the number of each when it is stored. */
    static final class Writer {
        static final String SLOW = "PT0.0001S";
        static final String STUCK = "PT1H";

        private Writer() {}

        public static void main(String[] args) throws IOException {
            DirectoryStore store = DirectoryStore.open(Path.of(args[0]));
            DirectoryStore slowStore = DirectoryStore.open(Path.of(args[0]), new SlowDisk(Duration.parse(args[2])),
                    StoreSettings.DEFAULT);
            for (int i = Integer.parseInt(args[1]);; i++) {
                TuningRecord record = record(Records.key("op" + i), i);
                store.put(record);
                slowStore.put(new TuningRecord(OVERWRITTEN, record.target(), record.kernel(), record.evaluation(),
                        Map.of("number", Integer.toString(i)), record.created(), null));
                System.out.println(i);
            }
        }
    }
}
