package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tuning where nothing need be measured: a tensor without elements has its verdict at once. */
class TuneCommandTest {
    private static final String EMPTY = "rms_norm(rows=0,cols=64)";

    @TempDir
    private Path cache;

    private CommandRun tune(String... more) {
        String[] all = new String[more.length + 4];
        all[0] = "tune";
        all[1] = EMPTY;
        all[2] = "--cache";
        all[3] = cache.toString();
        System.arraycopy(more, 0, all, 4, more.length);
        return CommandRun.of(all);
    }

    @Test
    void thatTheBaselineIsTheBestIsARecordAndASuccess() {
        CommandRun run = tune().endedWith(0);
        assertThat(run.out()).contains("tuning rms_norm(rows=0,cols=64,eps=1.0E-5):f32 on cpu", "the baseline stays",
                "stored as");
        CommandRun again = tune().endedWith(0);
        assertThat(again.out()).contains("was tuned already", "--retune").doesNotContain("stored as");
    }

    @Test
    void jsonHasTheOutcomeAndTheKey() throws IOException {
        JsonNode json = tune("--json").endedWith(0).json();
        assertThat(json.get("outcome").textValue()).isEqualTo("baseline");
        assertThat(json.get("workload").textValue()).isEqualTo("rms_norm(rows=0,cols=64,eps=1.0E-5):f32");
        assertThat(json.get("device").textValue()).isEqualTo("cpu");
        assertThat(json.get("cache").textValue()).isEqualTo(cache.toString());
        assertThat(json.get("candidates")).isEmpty();
        assertThat(json.at("/evaluation/reason").textValue()).isEqualTo("NOT_FASTER");
        assertThat(json.get("provenance").isObject()).isTrue();
        try (DirectoryStore store = DirectoryStore.open(cache)) {
            assertThat(store.keys()).extracting(KernelKey::digest).containsExactly(json.get("key").textValue());
        }
        assertThat(tune("--json").endedWith(0).json().get("outcome").textValue()).isEqualTo("hit");
    }

    @Test
    void retuneReplacesWhatIsNoKernelAndKeepsAKernelThatNothingWasHeldAgainst() throws IOException {
        Records.put(cache, Records.baselineKept(EMPTY, Records.thisMachine(), null));
        assertThat(tune("--json").endedWith(0).json().get("outcome").textValue()).isEqualTo("hit");
        assertThat(tune("--json", "--retune").endedWith(0).json().get("outcome").textValue()).isEqualTo("baseline");
        assertThat(records().get(0).get("created").textValue()).isNotEqualTo(Records.CREATED.toString());
        Records.put(cache, Records.tuned(EMPTY, Records.thisMachine()));
        assertThat(tune("--json", "--retune").endedWith(0).json().get("outcome").textValue()).isEqualTo("kept");
        assertThat(tune("--retune").endedWith(0).out()).contains("what is stored stays: a tuned kernel")
                .doesNotContain("stored as");
        JsonNode left = records();
        assertThat(left).hasSize(1);
        assertThat(left.get(0).get("tuned").booleanValue()).isTrue();
    }

    private JsonNode records() {
        return CommandRun.of("cache", "list", "--json", "--cache", cache.toString()).json().get("records");
    }

    @Test
    void warmUpSkipsWhatIsThereAndShowsATable() throws IOException {
        Path file = Files.writeString(cache.resolve("workloads.json"), """
                {"workloads": [{"op": "rms_norm", "axes": {"rows": 0, "cols": 64}},
                               {"op": "add", "axes": {"n": 0}}]}
                """);
        tune().endedWith(0);
        CommandRun run = CommandRun.of("warmup", file.toString(), "--budget-per-workload", "5s", "--cache",
                cache.toString()).endedWith(0);
        assertThat(run.out()).contains("1/2 rms_norm(rows=0,cols=64,eps=1.0E-5):f32: hit",
                "2/2 add(n=0):f32: baseline kept").containsPattern("(?m)^workload +outcome +baseline +tuned +x$");
        JsonNode json = CommandRun.of("warmup", file.toString(), "--json", "--cache", cache.toString()).endedWith(0)
                .json();
        assertThat(json.get("workloads").findValuesAsText("outcome")).containsExactly("hit", "hit");
    }

    @Test
    void aRecordThatCouldNotBeStoredIsAFailureThatSaysWhy() throws Exception {
        Workload workload = WorkloadParameter.parse(EMPTY, "f32");
        try (TuningSession session = new TuningSession(new FullStore(), new DeviceOptions(),
                new TuningBudget(Duration.ofSeconds(5), 1), false, false, List.of(), candidate -> {})) {
            assertThat(session.tune(workload)).isInstanceOfSatisfying(TuningOutcome.Failed.class,
                    failed -> assertThat(failed.reason()).contains("could not be stored", "no room"));
        }
    }

    /** A store on a full disk. */
    private static final class FullStore implements KernelStore {
        @Override
        public Optional<TuningRecord> find(KernelKey key) {
            return Optional.empty();
        }

        @Override
        public void put(TuningRecord record) throws IOException {
            throw new IOException("there is no room");
        }

        @Override
        public boolean remove(KernelKey key) {
            return false;
        }

        @Override
        public List<KernelKey> keys() {
            return List.of();
        }

        @Override
        public String location() {
            return "a full disk";
        }

        @Override
        public List<String> problems() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
