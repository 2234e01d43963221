package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DirectoryStoreTest {
    private static final KernelKey KEY = Records.key("matmul@1");

    @TempDir
    private Path folder;
    private Path root;
    private DirectoryStore store;

    @BeforeEach
    void open() throws IOException {
        root = folder.resolve("new").resolve("cache");
        store = DirectoryStore.open(root);
    }

    @Test
    void whatIsPutIsFound() throws IOException {
        store.put(Records.tuned(KEY));
        Records.assertSame(store.find(KEY).orElseThrow(), Records.tuned(KEY));
        assertThat(store.problems()).isEmpty();
    }

    @Test
    void whatWasNotPutIsMissedAndIsNoProblem() {
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.keys()).isEmpty();
        assertThat(store.problems()).isEmpty();
    }

    @Test
    void aSecondPutTakesThePlaceOfTheFirst() throws IOException {
        store.put(Records.tuned(KEY));
        store.put(Records.untuned(KEY));
        Records.assertSame(store.find(KEY).orElseThrow(), Records.untuned(KEY));
        assertThat(files()).containsExactly(file(KEY));
    }

    @Test
    void anotherStoreOnTheFolderFindsWhatThisOnePuts() throws IOException {
        DirectoryStore other = DirectoryStore.open(root);
        assertThat(other.find(KEY)).isEmpty();
        store.put(Records.tuned(KEY));
        Records.assertSame(other.find(KEY).orElseThrow(), Records.tuned(KEY));
    }

    @Test
    void whatIsRemovedIsMissed() throws IOException {
        store.put(Records.tuned(KEY));
        assertThat(store.remove(KEY)).isTrue();
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.remove(KEY)).isFalse();
    }

    @Test
    void theKeysAreThoseOfEveryReadableRecord() throws IOException {
        List<KernelKey> keys = Stream.of("a", "b", "c", "d").map(Records::key).toList();
        for (KernelKey key : keys) {
            store.put(Records.small(key));
        }
        Files.writeString(file(keys.get(1)), "damaged");
        Files.copy(file(keys.get(0)), file(keys.get(0)).resolveSibling("another-name.json"));
        Files.writeString(root.resolve("records").resolve("zz"), "a stray file");
        assertThat(store.keys()).containsExactlyInAnyOrder(keys.get(0), keys.get(2), keys.get(3));
        assertThat(store.setAsideCount()).isZero();
    }

    @Test
    void theFileIsNamedByTheDigestOfTheKey() throws IOException {
        store.put(Records.tuned(KEY));
        String digest = KEY.digest();
        assertThat(files()).containsExactly(root.resolve("records", digest.substring(0, 2), digest + ".json"));
        assertThat(Files.readAllBytes(file(KEY))).isEqualTo(encoded(Records.tuned(KEY)));
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void foldersAndFilesAreForTheirOwnerAlone() throws IOException {
        store.put(Records.tuned(KEY));
        Files.writeString(file(KEY), "damaged");
        store.find(KEY);
        store.put(Records.tuned(KEY));
        try (Stream<Path> everything = Files.walk(root.getParent())) {
            assertThat(everything.filter(path -> !path.getParent().endsWith("quarantine"))).hasSize(6)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
    }

    @Test
    void temporariesOfDeadWritersAreRemovedAtTheFirstPutAndYoungOnesAreNot() throws IOException {
        store.put(Records.tuned(KEY));
        Path old = Files.writeString(file(KEY).resolveSibling("a.tmp"), "{");
        Path young = Files.writeString(file(KEY).resolveSibling("b.tmp"), "{");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
        Files.setLastModifiedTime(young, FileTime.from(Instant.now().minus(Duration.ofMinutes(59))));
        Files.setLastModifiedTime(file(KEY), FileTime.from(Instant.EPOCH));
        DirectoryStore.open(root).put(Records.tuned(KEY));
        assertThat(files()).containsExactlyInAnyOrder(file(KEY), young);
    }

    @Test
    void aRecordServesLaterDriversAndNotEarlierOnes() throws IOException {
        store.put(Records.madeWithDriver(KEY, "12.9"));
        assertThat(store.find(KEY, Records.withDriver("12.9")).orElseThrow().isUnverifiedOn(Records.withDriver("12.9")))
                .isFalse();
        assertThat(store.find(KEY, Records.withDriver("12.10")).orElseThrow()
                .isUnverifiedOn(Records.withDriver("12.10"))).isTrue();
        assertThat(store.find(KEY, Records.withDriver("12.8"))).isEmpty();
        assertThat(store.find(KEY)).isPresent();
    }

    @Test
    void eachDriverKeepsItsOwnRecordOfAKey() throws IOException {
        store.put(Records.madeWithDriver(KEY, "12"));
        store.put(Records.madeWithDriver(KEY, "13"));
        for (String version : List.of("12", "13")) {
            Records.assertSame(store.find(KEY, Records.withDriver(version)).orElseThrow().record(),
                    Records.madeWithDriver(KEY, version));
        }
        assertThat(store.keys()).containsExactly(KEY);
        assertThat(store.remove(KEY)).isTrue();
        assertThat(files()).isEmpty();
    }

    @Test
    void beyondItsLimitsWhatWasUsedLeastRecentlyGivesWayButNothingThatIsPinned() throws IOException {
        DirectoryStore small = DirectoryStore.open(root, Disk.REAL,
                StoreSettings.DEFAULT.withLimits(Long.MAX_VALUE, 10));
        List<KernelKey> keys = Stream.iterate(0, i -> i < 12, i -> i + 1).map(i -> Records.key("op" + i)).toList();
        for (int i = 0; i < keys.size(); i++) {
            store.put(Records.small(keys.get(i)));
            Files.setLastModifiedTime(file(keys.get(i)), FileTime.from(Instant.now().minus(Duration.ofDays(100 - i))));
        }
        store.pin(store.find(keys.get(0), Records.TARGET).orElseThrow());
        Files.setLastModifiedTime(file(keys.get(0)), FileTime.from(Instant.EPOCH));
        assertThat(small.find(keys.get(1))).isPresent();
        small.put(Records.small(KEY));
        // Of 13, down to nine: the four that are oldest but for the pinned and the used.
        assertThat(small.keys()).contains(keys.get(0), keys.get(1), KEY).doesNotContain(keys.get(2), keys.get(3),
                keys.get(4), keys.get(5)).hasSize(9);
    }

    @Test
    void beyondItsBytesRecordsGiveWayToo() throws IOException {
        store.put(Records.tuned(KEY, "x".repeat(10_000)));
        Files.setLastModifiedTime(file(KEY), FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        DirectoryStore small = DirectoryStore.open(root, Disk.REAL,
                StoreSettings.DEFAULT.withLimits(11_000, 10));
        small.put(Records.small(Records.key("small")));
        assertThat(small.keys()).containsExactly(Records.key("small"));
    }

    @Test
    void aPinnedRecordIsNotReplacedUntilItIsUnpinned() throws IOException {
        store.put(Records.tuned(KEY));
        store.pin(store.find(KEY, Records.TARGET).orElseThrow());
        store.put(Records.tuned(KEY));
        assertThatIOException().isThrownBy(() -> store.put(Records.tuned(KEY, "another")))
                .withMessageContaining("another record is pinned");
        assertThat(store.unpin(KEY)).isTrue();
        store.put(Records.tuned(KEY, "another"));
        assertThat(store.find(KEY).orElseThrow().kernel().source().text()).isEqualTo("another");
    }

    @Test
    void whatNobodyCanTellToBePinnedIsNeitherEvictedNorReplaced() throws IOException {
        Disk unreadablePins = new ForwardingDisk(Disk.REAL) {
            @Override
            public byte[] read(Path file, int maxBytes) throws IOException {
                if (file.getParent().endsWith("pins")) {
                    throw new IOException("Too many open files");
                }
                return super.read(file, maxBytes);
            }
        };
        store.put(Records.tuned(KEY));
        store.pin(store.find(KEY, Records.TARGET).orElseThrow());
        DirectoryStore small = DirectoryStore.open(root, unreadablePins,
                StoreSettings.DEFAULT.withLimits(Long.MAX_VALUE, 1));
        assertThatIOException().isThrownBy(() -> small.put(Records.tuned(KEY, "another")))
                .withMessageContaining("Too many open files");
        Records.assertSame(store.find(KEY).orElseThrow(), Records.tuned(KEY));
        // By a put whose own pin is readable, so that it comes to the eviction.
        DirectoryStore.open(root, new ForwardingDisk(unreadablePins) {
            @Override
            public byte[] read(Path file, int maxBytes) throws IOException {
                return file.endsWith(KEY.digest()) ? super.read(file, maxBytes) : Disk.REAL.read(file, maxBytes);
            }
        }, StoreSettings.DEFAULT.withLimits(Long.MAX_VALUE, 1)).put(Records.tuned(Records.key("second@1")));
        assertThat(store.find(KEY)).isPresent();
    }

    /** A writer whose temporary a process with a wrong clock has swept away writes it again. */
    @Test
    void aClockThatIsHoursAheadLosesNoRecord() throws IOException {
        Disk sweeping = new ForwardingDisk(Disk.REAL) {
            private boolean swept;

            @Override
            public void writeNew(Path file, byte[] bytes) throws IOException {
                super.writeNew(file, bytes);
                if (!swept) {
                    swept = true;
                    delete(file);
                }
            }
        };
        DirectoryStore.open(root, sweeping, StoreSettings.DEFAULT).put(Records.tuned(KEY));
        assertThat(store.find(KEY)).isPresent();
    }

    @Test
    void anInterruptedThreadStoresAndFinds() throws IOException {
        Thread.currentThread().interrupt();
        try {
            store.put(Records.tuned(KEY));
            assertThat(store.find(KEY)).isPresent();
            assertThat(store.problems()).isEmpty();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void aKeyThatCannotBeWrittenIsRefusedWithItsReason() {
        TuningRecord record = Records.untuned(new KernelKey(Map.of("a=b", "c")));
        assertThatIOException().isThrownBy(() -> store.put(record))
                .withMessageContaining("could not be stored, because the record's key");
    }

    @Test
    void theLocationIsTheAbsolutePathOfTheRoot() {
        assertThat(store.location()).isEqualTo(root.toAbsolutePath().toString());
    }

    private Path file(KernelKey key) {
        return root.resolve("records").resolve(key.digest().substring(0, 2)).resolve(key.digest() + ".json");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static byte[] encoded(TuningRecord record) throws IOException {
        try {
            return RecordCodec.encode(record);
        } catch (RecordFormatException e) {
            throw new IOException(e);
        }
    }
}
