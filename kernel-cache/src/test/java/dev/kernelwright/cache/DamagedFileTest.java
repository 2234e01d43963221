package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a directory store does with files that are not the records that they should be. */
class DamagedFileTest {
    private static final KernelKey KEY = Records.key("add@1");

    @TempDir
    private Path root;
    private DirectoryStore store;
    private Path file;
    private byte[] sound;

    @BeforeEach
    void putARecord() throws Exception {
        store = DirectoryStore.open(root);
        store.put(Records.small(KEY));
        file = root.resolve("records").resolve(KEY.digest().substring(0, 2)).resolve(KEY.digest() + ".json");
        sound = Files.readAllBytes(file);
    }

    @Test
    void everyFlippedByteIsAMissAndIsSetAside() throws IOException {
        for (int i = 0; i < sound.length; i++) {
            byte[] damaged = sound.clone();
            // One bit in turn; the lowest makes other digits of digits, and version 1 into 0.
            damaged[i] ^= (byte) (1 << (i % 8));
            assertSetAside(damaged);
        }
    }

    @Test
    void everyTruncatedFileIsAMissAndIsSetAside() throws IOException {
        for (int length = 0; length < sound.length; length++) {
            assertSetAside(Arrays.copyOf(sound, length));
        }
    }

    @Test
    void aSoundRecordForAnotherKeyIsAMissAndIsSetAside() throws Exception {
        assertSetAside(RecordCodec.encode(Records.small(Records.key("sub@1"))));
        assertThat(store.problems()).anySatisfy(problem -> assertThat(problem).contains("differs in [op]"));
    }

    /** A later version of the library may have more fields in its keys. */
    @Test
    void aRecordWhoseKeyHasAFieldMoreIsAMiss() throws Exception {
        Map<String, String> fields = new LinkedHashMap<>(KEY.fields());
        fields.put("phase_of_the_moon", "full");
        KernelKey unknown = new KernelKey(fields);
        store.put(Records.small(unknown));
        assertThat(store.keys()).containsExactlyInAnyOrder(KEY, unknown);
        assertThat(store.remove(KEY)).isTrue();
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.problems()).as("it has a name of its own").isEmpty();
        assertSetAside(RecordCodec.encode(Records.small(unknown)));
        assertThat(store.problems())
                .anySatisfy(problem -> assertThat(problem).contains("differs in [phase_of_the_moon]"));
    }

    @Test
    void aFileBeyondTheLimitIsAMissAndIsSetAside() throws IOException {
        try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(64L * 1024 * 1024 * 1024);
        }
        assertThat(store.find(KEY)).isEmpty();
        assertThat(Files.exists(file)).isFalse();
        assertThat(store.setAsideCount()).isEqualTo(1);
    }

    @Test
    void aFolderOrALinkInTheFilesPlaceIsAMissAndIsSetAside() throws IOException {
        Path elsewhere = Files.write(root.resolve("elsewhere.json"), sound);
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        assertThat(store.find(KEY)).isEmpty();
        Files.createDirectory(file);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.setAsideCount()).isEqualTo(2);
        assertThat(quarantined()).hasSize(2);
        assertThat(elsewhere).hasBinaryContent(sound);
    }

    @Test
    void aRecordOfANewerVersionIsAMissAndStays() throws IOException {
        byte[] newer = Records.signed(sound, "\"formatVersion\": " + RecordCodec.FORMAT_VERSION,
                "\"formatVersion\": " + (RecordCodec.FORMAT_VERSION + 1));
        Files.write(file, newer);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(file).hasBinaryContent(newer);
        assertThat(store.setAsideCount()).isZero();
        assertThat(store.problems()).singleElement().asString()
                .contains("format version " + (RecordCodec.FORMAT_VERSION + 1));
    }

    @Test
    void whatWasSetAsideIsReportedByTheNextProcessToo() throws IOException {
        Files.write(file, new byte[0]);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(DirectoryStore.open(root).problems()).singleElement().asString()
                .contains(root.resolve("quarantine").toString());
    }

    @Test
    void aDamagedRecordCanBeReplaced() throws IOException {
        assertSetAside(new byte[0]);
        store.put(Records.small(KEY));
        Records.assertSame(store.find(KEY).orElseThrow(), Records.small(KEY));
    }

    @Test
    void theFirstDamagedRecordIsInTheLogAndTheNextAreNot() throws IOException {
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (int i = 0; i < 3; i++) {
                assertSetAside(new byte[i]);
            }
        } finally {
            System.setErr(before);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines()).singleElement().asString()
                .contains("the record " + KEY + " was set aside as " + root.resolve("quarantine"));
    }

    /** Setting aside is a move by name, and the file of that name may by then be another. */
    @Test
    void aRecordPutWhileADamagedOneIsBeingSetAsideIsNotLost() throws Exception {
        try (ExecutorService readers = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 300; i++) {
                Files.write(file, new byte[]{'{'});
                List<Future<?>> finds = Stream.<Future<?>>generate(() -> readers.submit(() -> store.find(KEY)))
                        .limit(3).toList();
                store.put(Records.small(KEY));
                for (Future<?> find : finds) {
                    find.get();
                }
                assertThat(store.find(KEY)).as("after round %s", i).isPresent();
            }
        }
    }

    private void assertSetAside(byte[] damaged) throws IOException {
        long before = store.setAsideCount();
        Files.write(file, damaged);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(Files.exists(file)).isFalse();
        assertThat(store.setAsideCount()).isEqualTo(before + 1);
        List<Path> aside = quarantined();
        assertThat(aside).hasSize(1).allSatisfy(path -> assertThat(path).hasBinaryContent(damaged));
        // So that the folder stays short; the store itself deletes nothing.
        Files.delete(aside.getFirst());
    }

    private List<Path> quarantined() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("quarantine"))) {
            return files.toList();
        }
    }
}
