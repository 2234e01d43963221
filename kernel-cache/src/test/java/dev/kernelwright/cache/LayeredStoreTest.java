package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.TuningRecord;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LayeredStoreTest {
    private static final KernelKey KEY = Records.key("layered@1");

    @TempDir
    private Path folder;
    private Path first;
    private Path second;
    private LayeredStore store;

    @BeforeEach
    void open() throws IOException {
        first = folder.resolve("first");
        second = folder.resolve("second");
        DirectoryStore.open(first).close();
        DirectoryStore.open(second).close();
        store = reopen();
    }

    private LayeredStore reopen() throws IOException {
        return new CacheLayers(Map.of("KERNELWRIGHT_LAYERS", first + File.pathSeparator + second), List.of())
                .open(folder.resolve("own"));
    }

    private static TuningRecord record(String text) {
        return Records.tuned(KEY, text);
    }

    private static void put(Path root, TuningRecord record) throws IOException {
        DirectoryStore.open(root).put(record);
    }

    private String found() {
        return store.find(KEY, Records.TARGET).map(found -> found.record().kernel().source().text()).orElse("nothing");
    }

    @Test
    void theUpperLayerHidesTheLower() throws IOException {
        assertThat(found()).isEqualTo("nothing");
        put(second, record("second"));
        assertThat(found()).isEqualTo("second");
        put(first, record("first"));
        assertThat(found()).isEqualTo("first");
        store.put(record("own"));
        assertThat(found()).isEqualTo("own");
        store.remove(KEY);
        assertThat(found()).isEqualTo("first");
    }

    @Test
    void aRecordOfALowerLayerIsImportedAndOneOfTheUsersIsNot() throws IOException {
        put(second, record("second"));
        StoredRecord lower = store.find(KEY, Records.TARGET).orElseThrow();
        assertThat(lower.imported()).isTrue();
        assertThat(lower.layer()).isEqualTo(second.toString());
        store.put(record("own"));
        assertThat(store.find(KEY, Records.TARGET).orElseThrow().imported()).isFalse();
    }

    @Test
    void aRecordSetAsideIsShadowedByItselfAloneAndItsFolderIsNotTouched() throws IOException {
        put(first, record("wrong"));
        put(second, record("second"));
        store.setAside(store.find(KEY, Records.TARGET).orElseThrow(), "it was wrong");
        assertThat(found()).isEqualTo("second");
        store = reopen();
        assertThat(found()).isEqualTo("second");
        assertThat(DirectoryStore.open(first).find(KEY)).isPresent();
        assertThat(store.problems()).singleElement().asString().contains("did not pass their recheck", ": 1;");
        // A better one in its place is another record.
        put(first, record("mended"));
        assertThat(found()).isEqualTo("mended");
    }

    @Test
    void whatNobodyCanTellToHavePassedIsAMissAndAProblem() throws IOException {
        put(second, record("second"));
        Files.writeString(folder.resolve("own").resolve("shadows"), "in the way");
        assertThat(found()).isEqualTo("nothing");
        assertThat(store.problems()).anySatisfy(
                problem -> assertThat(problem).contains("failed its recheck could not be read"));
    }

    @Test
    void aPinnedRecordGoesBeforeTheUsersOwn() throws IOException {
        put(second, record("second"));
        ((DirectoryStore) store.own()).pin(store.find(KEY, Records.TARGET).orElseThrow());
        put(first, record("first"));
        assertThat(found()).isEqualTo("second");
        store = reopen();
        assertThat(found()).isEqualTo("second");
        ((DirectoryStore) store.own()).unpin(KEY);
        assertThat(found()).isEqualTo("first");
    }

    @Test
    void thatNothingBeatsTheBaselineHidesNoNewerKernelBelow() throws IOException {
        TuningRecord finding = Records.untuned(KEY);
        store.put(finding);
        put(first, Records.createdAt(record("older"), finding.created().minusSeconds(1)));
        assertThat(store.find(KEY, Records.TARGET).orElseThrow().record().kernel()).isNull();
        put(first, Records.createdAt(record("newer"), finding.created().plusSeconds(1)));
        assertThat(found()).isEqualTo("newer");
    }

    @Test
    void aLayerThatIsNotThereOrThatOthersCanWriteIsLeftOutAndReported() throws IOException {
        Path absent = folder.resolve("absent");
        LayeredStore without = new CacheLayers(Map.of("KERNELWRIGHT_LAYERS", absent.toString()), List.of())
                .open(folder.resolve("own"));
        assertThat(without.lowerLocations()).isEmpty();
        assertThat(without.problems()).singleElement().asString().contains(absent.toString());
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void aLayerThatOthersCanWriteIsLeftOut() throws IOException {
        put(second, record("second"));
        Files.setPosixFilePermissions(second, PosixFilePermissions.fromString("rwxrwxrwx"));
        store = reopen();
        assertThat(found()).isEqualTo("nothing");
        assertThat(store.problems()).singleElement().asString().contains("can be written by other users");
    }

    @Test
    void aDamagedFileOfALowerLayerIsAMissAndStays() throws IOException {
        put(first, record("first"));
        put(second, record("second"));
        Path file = first.resolve("records").resolve(KEY.digest().substring(0, 2)).resolve(KEY.digest() + ".json");
        Files.writeString(file, "damaged");
        assertThat(found()).isEqualTo("second");
        assertThat(file).hasContent("damaged");
        assertThat(store.problems()).singleElement().asString().contains(file.toString());
    }

    @Test
    void whatIsTunedHereIsSharedAndWhatIsOnlyRecheckedIsNot() throws IOException {
        MapStore shared = new MapStore();
        store = new LayeredStore(DirectoryStore.open(folder.resolve("own")), List.of(), Optional.of(shared),
                new FaultLog());
        store.put(record("tuned"));
        assertThat(shared.records).hasSize(1);
        TuningRecord record = Records.tuned(Records.key("other@1"));
        Map<String, String> provenance = new LinkedHashMap<>(record.provenance());
        provenance.put(TuningRecord.RECHECKED_FROM, "2026-01-01T00:00:00Z");
        store.put(new TuningRecord(record.key(), record.target(), record.kernel(), record.evaluation(), provenance,
                record.created(), null));
        assertThat(shared.records).hasSize(1);
    }

    @Test
    void theSharedStoreIsAskedLastAndItsLeaseGoesWithTheLocalOne() throws IOException {
        MapStore shared = new MapStore();
        shared.put(record("shared"));
        store = new LayeredStore(DirectoryStore.open(folder.resolve("own")), List.of(), Optional.of(shared),
                new FaultLog());
        assertThat(found()).isEqualTo("shared");
        assertThat(store.find(KEY, Records.TARGET).orElseThrow().imported()).isTrue();
        store.put(record("own"));
        assertThat(found()).isEqualTo("own");

        Lease lease = store.tryLease(KEY, Duration.ofMinutes(1)).orElseThrow();
        assertThat(shared.leased).containsExactly(KEY);
        lease.close();
        assertThat(shared.leased).isEmpty();
        shared.leased.add(KEY);
        assertThat(store.tryLease(KEY, Duration.ofMinutes(1))).isEmpty();
        shared.leased.clear();
        assertThat(store.tryLease(KEY, Duration.ofMinutes(1))).as("the local one was given back").isPresent();
    }

    @Test
    void aSharedStoreThatRefusesARecordIsAProblemUntilItTakesOne() throws IOException {
        MapStore shared = new MapStore();
        shared.refusal = "away";
        store = new LayeredStore(DirectoryStore.open(folder.resolve("own")), List.of(), Optional.of(shared),
                new FaultLog());
        store.put(record("tuned"));
        assertThat(found()).isEqualTo("tuned");
        assertThat(store.problems()).singleElement().asString().contains("was not shared: away");
        shared.refusal = null;
        store.put(record("tuned again"));
        assertThat(store.problems()).isEmpty();
    }

    /** A store that other machines could share. */
    private static final class MapStore implements KernelStore {
        final Map<KernelKey, TuningRecord> records = new HashMap<>();
        final List<KernelKey> leased = new ArrayList<>();
        String refusal;

        @Override
        public Optional<TuningRecord> find(KernelKey key) {
            return Optional.ofNullable(records.get(key));
        }

        @Override
        public void put(TuningRecord record) throws IOException {
            if (refusal != null) {
                throw new IOException(refusal);
            }
            records.put(record.key(), record);
        }

        @Override
        public boolean remove(KernelKey key) {
            return records.remove(key) != null;
        }

        @Override
        public Optional<Lease> tryLease(KernelKey key, Duration longest) {
            if (leased.contains(key)) {
                return Optional.empty();
            }
            leased.add(key);
            return Optional.of(() -> leased.remove(key));
        }

        @Override
        public List<KernelKey> keys() {
            return List.copyOf(records.keySet());
        }

        @Override
        public String location() {
            return "the fleet";
        }

        @Override
        public List<String> problems() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
