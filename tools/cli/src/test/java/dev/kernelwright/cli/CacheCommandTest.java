package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.RecordCodec;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheCommandTest {
    @TempDir
    private Path folder;

    private Path cache;
    private TuningRecord tuned;
    private TuningRecord kept;

    @BeforeEach
    void fill() throws IOException {
        cache = folder.resolve("cache");
        Target other = Records.otherMachine("cpu", "Another Processor");
        tuned = Records.tuned("rms_norm(rows=1..64,cols=4096)", other);
        kept = Records.baselineKept("add(n=16)", other, Instant.parse("2030-01-01T00:00:00Z"));
        Records.put(cache, tuned, kept);
    }

    private CommandRun cache(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "cache";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[all.length - 2] = "--cache";
        all[all.length - 1] = cache.toString();
        return CommandRun.of(all);
    }

    private Path file(TuningRecord record) {
        return cache.resolve("records").resolve(record.key().digest().substring(0, 2))
                .resolve(RecordCodec.fileName(record.key(), record.target()));
    }

    @Test
    void listShowsWhatEachRecordIsFor() {
        CommandRun run = cache("list").endedWith(0);
        assertThat(run.out()).contains(tuned.key() + "  rms_norm(rows=1..64,cols=4096,eps=1.0E-5):f32",
                "cpu: Another Processor", "1.00 µs  4.00x  2026-01-31T12:00:00Z",
                kept.key() + "  add(n=16):f32", "baseline", "2 records in " + cache);
    }

    @Test
    void listInJsonHasTheFiguresOfEachRecord() {
        JsonNode json = cache("list", "--json").endedWith(0).json();
        assertThat(json.get("cache").textValue()).isEqualTo(cache.toString());
        JsonNode record = find(json, tuned.key().digest());
        assertThat(record.get("workload").textValue()).isEqualTo("rms_norm(rows=1..64,cols=4096,eps=1.0E-5):f32");
        assertThat(record.get("tuned").booleanValue()).isTrue();
        assertThat(record.get("created").textValue()).isEqualTo("2026-01-31T12:00:00Z");
        assertThat(record.get("expires").isNull()).isTrue();
        assertThat(record.at("/evaluation/speedup").doubleValue()).isEqualTo(4);
        assertThat(record.at("/evaluation/kernelNanos").doubleValue()).isEqualTo(1000);
        assertThat(record.at("/target/cpu").textValue()).isEqualTo("Another Processor");
        assertThat(record.at("/provenance/generator").textValue()).isEqualTo("test");
        JsonNode other = find(json, kept.key().digest());
        assertThat(other.get("tuned").booleanValue()).isFalse();
        assertThat(other.get("expires").textValue()).isEqualTo("2030-01-01T00:00:00Z");
        assertThat(other.at("/evaluation/kernelNanos").isNull()).isTrue();
    }

    private static JsonNode find(JsonNode json, String digest) {
        for (JsonNode record : json.get("records")) {
            if (record.get("key").textValue().equals(digest)) {
                return record;
            }
        }
        throw new AssertionError("no record " + digest + " in " + json);
    }

    @Test
    void showPrintsTheRecordAsItIsStored() throws IOException {
        CommandRun run = cache("show", tuned.key().toString()).endedWith(0);
        assertThat(run.out()).isEqualToNormalizingNewlines(Files.readString(file(tuned)));
        assertThat(run.json().at("/provenance/generator").textValue()).isEqualTo("test");
    }

    @Test
    void showPrintsTheSourceAlone() {
        String prefix = tuned.key().digest().substring(0, 20).toUpperCase(Locale.ROOT);
        assertThat(cache("show", "--source", prefix).endedWith(0).out()).isEqualToNormalizingNewlines(Records.SOURCE);
        JsonNode json = cache("show", "--source", "--json", prefix).endedWith(0).json();
        assertThat(json.get("source").textValue()).isEqualTo(Records.SOURCE);
        assertThat(json.get("language").textValue()).isEqualTo("java-vector");
    }

    @Test
    void thereIsNoSourceWhereTheBaselineIsTheBest() {
        CommandRun run = cache("show", "--source", "--json", kept.key().toString()).endedWith(1);
        assertThat(run.err()).contains(kept.key().toString(), "has no kernel", "NOT_FASTER");
        assertThat(run.json().get("error").textValue()).contains("has no kernel");
    }

    @Test
    void aPrefixOfNoRecordIsRefused() {
        String absent = tuned.key().digest().startsWith("0000") ? "1111" : "0000";
        assertThat(cache("show", "xyz").endedWith(2).err()).contains("'xyz'", "hexadecimal");
        assertThat(cache("show", absent).endedWith(2).err()).contains(absent, "none in " + cache);
    }

    @Test
    void verifyFindsDamageAndMovesNothing() throws IOException {
        Files.writeString(file(kept), Files.readString(file(kept)).replace("add@1", "mul@1"));
        Path renamed = Files.copy(file(tuned), file(tuned).resolveSibling("ab".repeat(32) + ".json"));

        CommandRun run = cache("verify").endedWith(1);
        assertThat(run.out()).contains("1 sound, 2 unsound", "made for another target", "UNSOUND",
                "changed after it was written",
                "under another name");
        JsonNode json = cache("verify", "--json").endedWith(1).json();
        assertThat(json.get("unsound").intValue()).isEqualTo(2);
        assertThat(json.get("records")).hasSize(3);
        assertThat(List.of(file(kept), renamed, file(tuned))).allMatch(Files::exists);
    }

    @Test
    void verifySaysWhatARecordThatIsSoundWasNotTriedFor() {
        JsonNode json = cache("verify", "--json").endedWith(0).json();
        assertThat(json.get("sound").intValue()).isEqualTo(2);
        assertThat(json.get("records").findValuesAsText("detail")).containsExactlyInAnyOrder(
                "read; not loaded, as it was made for another target",
                "read; it has no kernel, as the baseline is the best known");
    }

    @Test
    void verifyLoadsWhatWasMadeForThisMachine() throws IOException {
        TuningRecord here = Records.tuned("rms_norm(rows=4,cols=64)", Records.thisMachine());
        Records.put(cache, here);
        CommandRun run = cache("verify").endedWith(1);
        assertThat(run.out().lines().filter(line -> line.startsWith(here.key().toString())))
                .singleElement().asString().contains("UNSOUND", "cannot be loaded");
        assertThat(run.out()).contains("2 sound, 1 unsound");
    }

    @Test
    void doctorShowsWhatIsWrongWithTheCache() throws IOException {
        Instant future = Instant.now().plus(Duration.ofDays(400));
        TuningRecord record = Records.tuned("add(n=16)", Records.otherMachine("cpu", "A Third Processor"));
        Records.put(cache, new TuningRecord(record.key(), record.target(), record.kernel(), record.evaluation(),
                record.provenance(), future, null));
        Files.writeString(Files.createDirectory(cache.resolve("quarantine")).resolve("was-damaged"), "");
        List<String> found = CommandRun.of("doctor", "--json", "--cache", cache.toString()).json().get("checks")
                .findValuesAsText("found");
        assertThat(found).anySatisfy(text -> assertThat(text).contains("was made at " + future, "set the clock"));
        assertThat(found).anySatisfy(text -> assertThat(text).contains("files in " + cache.resolve("quarantine")));
    }

    @Test
    void clearAsksForYesAndDeletesNothingWithoutIt() {
        CommandRun run = cache("clear").endedWith(2);
        assertThat(run.err()).contains("2 records", "--yes");
        assertThat(file(tuned)).exists();
        assertThat(file(kept)).exists();
    }

    @Test
    void clearDeletesOneRecordOrAll() {
        assertThat(cache("clear", "--yes", kept.key().toString()).endedWith(0).out()).contains("1 record deleted");
        assertThat(file(kept)).doesNotExist();
        assertThat(file(tuned)).exists();
        assertThat(cache("clear", "--yes", "--json").endedWith(0).json().get("deleted").intValue()).isEqualTo(1);
        assertThat(file(tuned)).doesNotExist();
        cache("clear").endedWith(0);
    }

    @Test
    void aStoreFindsAgainWhatVerifyCalledSound() throws IOException {
        cache("verify").endedWith(0);
        try (DirectoryStore store = DirectoryStore.open(cache)) {
            assertThat(store.find(tuned.key())).isPresent();
        }
    }
}
