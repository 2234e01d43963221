package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Losses of power at random operations of a store, on a disk that then loses what was not synced.
 *
 * <p>Each rule of publishing is also left out once, to show that this test would see it.
 */
class PowerLossTest {
    private static final int CRASHES = 200;
    private static final int STRESS_CRASHES = 2_000;
    private static final int KEYS = 3;
    private static final Path ROOT = Path.of("/cache").toAbsolutePath();

    /** What a crash must not do. */
    private enum Harm {
        /** A record that was acknowledged is not found, and nor is a later one. */
        LOST,
        /** What is found was never put. */
        MIXED,
        /** A file is left that is no record, and had to be set aside. */
        DAMAGED
    }

    @Test
    void aLossOfPowerLeavesTheOldRecordOrTheNewOne() throws IOException {
        assertThat(crash(CRASHES, UnaryOperator.identity())).isEmpty();
    }

    @Test
    @Tag("stress")
    void twoThousandLossesOfPowerLeaveTheOldRecordOrTheNewOne() throws IOException {
        assertThat(crash(STRESS_CRASHES, UnaryOperator.identity())).isEmpty();
    }

    @Test
    void withoutTheSyncOfTheFolderAcknowledgedRecordsWouldBeLost() throws IOException {
        assertThat(crash(CRASHES, disk -> new ForwardingDisk(disk) {
            @Override
            public void forceFolder(Path folder) {}
        })).contains(Harm.LOST);
    }

    @Test
    void withoutTheRenameHalfWrittenRecordsWouldBeLeft() throws IOException {
        assertThat(crash(CRASHES, disk -> new ForwardingDisk(disk) {
            @Override
            public void rename(Path from, Path to) throws IOException {
                byte[] content = read(from, RecordCodec.MAX_BYTES);
                delete(to);
                writeNew(to, content);
                delete(from);
            }
        })).contains(Harm.LOST, Harm.DAMAGED);
    }

    @Test
    void withoutTheSyncOfTheFileHalfWrittenRecordsWouldBeLeft() throws IOException {
        assertThat(crash(CRASHES, disk -> new ForwardingDisk(disk) {
            @Override
            public void writeNew(Path file, byte[] bytes) throws IOException {
                super.writeNew(file, new byte[0]);
                overwrite(file, bytes);
            }
        })).contains(Harm.LOST, Harm.DAMAGED);
    }

    /** Puts records until the power goes, looks at what is left, and says what harm was done, over many crashes. */
    private static List<Harm> crash(int crashes, UnaryOperator<Disk> seededBug) throws IOException {
        List<Harm> harms = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(17);
        for (int i = 0; i < crashes; i++) {
            CrashDisk disk = new CrashDisk(random, ROOT);
            int[] acknowledged = new int[KEYS];
            int[] begun = new int[KEYS];
            // A put takes some eight operations: before, in and after the first twelve.
            disk.loseEntriesAfter(random.nextInt(100));
            try {
                DirectoryStore store = open(seededBug.apply(disk));
                for (int number = 1;; number++) {
                    int key = random.nextInt(KEYS);
                    begun[key] = number;
                    store.put(record(key, number));
                    if (store.problems().stream().noneMatch(problem -> problem.contains("might be lost"))) {
                        acknowledged[key] = number;
                    }
                }
            } catch (CrashDisk.PowerLoss e) {
                // What follows is the next boot.
            }
            CrashDisk left = disk.afterCrash(ROOT);
            DirectoryStore after = open(left);
            for (int key = 0; key < KEYS; key++) {
                Optional<TuningRecord> found = after.find(key(key));
                int number = found.map(record -> record.kernel().source().text())
                        .map(text -> Integer.parseInt(text.substring(0, text.indexOf(' ')))).orElse(0);
                if (number < acknowledged[key]) {
                    harms.add(Harm.LOST);
                }
                boolean mixed = found.isPresent()
                        && !found.get().kernel().source().text().equals(text(key, number));
                if (number > begun[key] || mixed) {
                    harms.add(Harm.MIXED);
                }
            }
            if (after.setAsideCount() > 0) {
                harms.add(Harm.DAMAGED);
            }
            // And the store goes on working.
            after.put(record(0, Integer.MAX_VALUE));
            assertThat(after.find(key(0))).isPresent();
        }
        return harms;
    }

    private static DirectoryStore open(Disk disk) {
        return DirectoryStore.onDisk(ROOT, disk, StoreSettings.DEFAULT);
    }

    private static KernelKey key(int key) {
        return Records.key("op" + key);
    }

    private static String text(int key, int number) {
        return number + " of " + key + " " + "x".repeat(number % 7 * 100);
    }

    private static TuningRecord record(int key, int number) {
        return Records.tuned(key(key), text(key, number));
    }
}
