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
    void temporariesOfDeadWritersAreRemovedAtOpeningAndYoungOnesAreNot() throws IOException {
        store.put(Records.tuned(KEY));
        Path old = Files.writeString(file(KEY).resolveSibling("a.tmp"), "{");
        Path young = Files.writeString(file(KEY).resolveSibling("b.tmp"), "{");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofMinutes(61))));
        Files.setLastModifiedTime(young, FileTime.from(Instant.now().minus(Duration.ofMinutes(59))));
        Files.setLastModifiedTime(file(KEY), FileTime.from(Instant.EPOCH));
        DirectoryStore.open(root).close();
        assertThat(files()).containsExactlyInAnyOrder(file(KEY), young);
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
