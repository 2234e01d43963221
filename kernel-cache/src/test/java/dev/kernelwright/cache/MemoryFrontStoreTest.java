package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryFrontStoreTest {
    private static final KernelKey KEY = Records.key("rope@1");

    @TempDir
    private Path root;
    private DirectoryStore disk;
    private MemoryFrontStore store;

    @BeforeEach
    void open() throws IOException {
        disk = DirectoryStore.open(root);
        store = new MemoryFrontStore(disk);
    }

    @Test
    void aRecordIsReadFromDiskOnce() throws IOException {
        disk.put(Records.tuned(KEY));
        TuningRecord first = store.find(KEY, Records.TARGET).orElseThrow().record();
        assertThat(store.find(KEY, Records.TARGET).orElseThrow().record()).isSameAs(first);
        assertThat(store.find(KEY)).containsSame(first);
        assertThat(store.statistics()).isEqualTo(new MemoryFrontStore.Statistics(2, 1, 0, 0));
    }

    @Test
    void whatIsInMemoryForOneDriverIsNotReturnedForAnother() throws IOException {
        store.put(Records.madeWithDriver(KEY, "12.4"));
        assertThat(store.find(KEY, Records.withDriver("12.4"))).isPresent();
        assertThat(store.find(KEY, Records.withDriver("12.3"))).isEmpty();
        assertThat(store.find(KEY, Records.withDriver("12.4"))).isPresent();
    }

    @Test
    void whatIsSetAsideIsForgotten() throws IOException {
        store.put(Records.tuned(KEY));
        store.setAside(store.find(KEY, Records.TARGET).orElseThrow(), "it was wrong");
        assertThat(store.find(KEY, Records.TARGET)).isEmpty();
        assertThat(disk.find(KEY)).isEmpty();
    }

    @Test
    void whatIsPutIsInMemoryAndOnDisk() throws IOException {
        TuningRecord record = Records.tuned(KEY);
        store.put(record);
        assertThat(store.find(KEY)).containsSame(record);
        Records.assertSame(disk.find(KEY).orElseThrow(), record);
    }

    @Test
    void aMissIsNotRememberedSoThatAnotherProcessCanEndIt() throws IOException {
        assertThat(store.find(KEY)).isEmpty();
        disk.put(Records.tuned(KEY));
        assertThat(store.find(KEY)).isPresent();
    }

    @Test
    void aRecordThatExpiresInMemoryIsLookedForOnDisk() throws IOException {
        AtomicReference<Instant> now = new AtomicReference<>(Records.CREATED);
        store = new MemoryFrontStore(disk, MemoryFrontStore.DEFAULT_MAX_BYTES, (InstantSource) now::get);
        store.put(Records.tuned(KEY));
        disk.put(Records.untuned(KEY));
        assertThat(store.find(KEY).orElseThrow().expires()).isNotNull();
        now.set(Records.EXPIRES);
        assertThat(store.find(KEY).orElseThrow().expires()).isNull();
    }

    @Test
    void whatTheDiskRefusesIsThrownCountedAndStillFoundInThisProcess() throws IOException {
        Files.delete(root);
        TuningRecord record = Records.tuned(KEY);
        assertThatIOException().isThrownBy(() -> store.put(record)).withMessageContaining("is gone");
        assertThat(store.find(KEY)).containsSame(record);
        assertThat(store.keys()).containsExactly(KEY);
        assertThat(store.statistics().memoryOnly()).isEqualTo(1);
        assertThat(store.problems()).last().asString().contains("lost with this process: 1 since the start");
    }

    @Test
    void removingRemovesFromMemoryAndFromDisk() throws IOException {
        store.put(Records.tuned(KEY));
        assertThat(store.remove(KEY)).isTrue();
        assertThat(store.find(KEY)).isEmpty();
        assertThat(disk.find(KEY)).isEmpty();
        assertThat(store.remove(KEY)).isFalse();
    }

    @Test
    void memoryIsBoundedByTheSizeOfSourcesAndBinaries() throws IOException {
        // Room for three of 100,000 characters of two bytes each.
        store = new MemoryFrontStore(disk, 650_000);
        for (int i = 0; i < 10; i++) {
            store.put(Records.tuned(Records.key("op" + i), "x".repeat(100_000)));
        }
        assertThat(store.statistics().evictions()).isEqualTo(7);
        assertThat(Stream.iterate(0, i -> i < 10, i -> i + 1).map(i -> store.find(Records.key("op" + i))))
                .allSatisfy(found -> assertThat(found).isPresent());
    }

    @Test
    void theKeysAreThoseOfDiskAndMemoryEachOnce() throws IOException {
        disk.put(Records.untuned(Records.key("on disk")));
        store.put(Records.untuned(KEY));
        assertThat(store.keys()).containsExactlyInAnyOrder(KEY, Records.key("on disk"));
    }

    @Test
    void locationAndProblemsAreThoseOfTheDisk() {
        assertThat(store.location()).isEqualTo(disk.location());
        assertThat(store.problems()).isEmpty();
    }
}
