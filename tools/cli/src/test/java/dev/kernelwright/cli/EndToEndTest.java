package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.cache.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a small workload that is really tuned, on the cpu of this machine. */
@Tag("slow")
class EndToEndTest {
    private static final String WORKLOAD = "rms_norm(rows=64,cols=1024)";
    private static final Path TEMPLATE =
            Path.of("../../backend-cpu-vector/src/main/resources/dev/kernelwright/backend/cpu/"
                    + "templates/rms_norm.java");

    @TempDir
    private static Path cache;

    private static CommandRun tuning;

    /** Three candidates are few, and the time is ample: a busy machine must not decide how these tests end. */
    @BeforeAll
    static void tune() {
        tuning = CommandRun.of("tune", WORKLOAD, "--json", "--candidates", "3", "--budget", "2m", "--cache",
                cache.toString());
    }

    private static CommandRun run(String... arguments) {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[all.length - 2] = "--cache";
        all[all.length - 1] = cache.toString();
        return CommandRun.of(all);
    }

    @Test
    void tuneFindsAKernelThatBeatsTheBaseline() {
        JsonNode json = tuning.endedWith(0).json();
        assertThat(json.get("outcome").textValue()).isEqualTo("tuned");
        // A scalar loop is beaten several times over on any vector unit.
        assertThat(json.at("/evaluation/speedup").doubleValue()).isGreaterThan(1.2);
        assertThat(json.get("candidates")).isNotEmpty();
        JsonNode first = json.get("candidates").get(0);
        assertThat(first.get("number").intValue()).isEqualTo(1);
        assertThat(first.get("parameters").isObject()).isTrue();
        assertThat(first.get("reason").textValue()).isNotEmpty();
    }

    @Test
    void explainHitsAndASecondRuntimeMissesNothing() throws IOException, InterruptedException {
        run("explain", WORKLOAD).endedWith(0);
        try (DirectoryStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = ComputeRuntime.builder().store(store).build();
                BoundOp op = runtime.bind(WorkloadParameter.parse(WORKLOAD, "f32"))) {
            assertThat(runtime.awaitIdle(Duration.ofMinutes(1))).isTrue();
            assertThat(op.isTuned()).isTrue();
            assertThat(runtime.statistics().misses()).isZero();
            assertThat(runtime.statistics().hits()).isEqualTo(1);
            assertThat(runtime.statistics().tuned()).isZero();
        }
    }

    @Test
    void theCacheListsShowsAndVerifiesTheRecord() {
        String key = tuning.json().get("key").textValue();
        JsonNode records = run("cache", "list", "--json").endedWith(0).json().get("records");
        assertThat(records).hasSize(1);
        assertThat(records.get(0).get("key").textValue()).isEqualTo(key);
        assertThat(run("cache", "show", "--source", key.substring(0, 12)).endedWith(0).out())
                .contains("package dev.kernelwright.backend.cpu.kernel;");
        JsonNode verified = run("cache", "verify", "--json").endedWith(0).json();
        assertThat(verified.get("sound").intValue()).isEqualTo(1);
        assertThat(verified.get("records").get(0).get("detail").textValue()).startsWith("read, screened, loaded");
    }

    @Test
    void benchTimesTheTunedKernelAndTheBaselineInTurn() {
        JsonNode json = run("bench", WORKLOAD, "--seconds", "0.2", "--json").endedWith(0).json();
        JsonNode results = json.get("results");
        assertThat(results.findValuesAsText("name")).startsWith("tuned", "baseline");
        for (JsonNode result : results) {
            assertThat(result.get("medianNanos").doubleValue()).isPositive();
            assertThat(result.get("samples").intValue()).isGreaterThanOrEqualTo(5);
        }
        assertThat(json.get("speedup").doubleValue()).isPositive();
        assertThat(json.get("floorNanos").doubleValue()).isPositive();
    }

    @Test
    void benchWithoutARecordTimesTheBaselineAndSaysWhatToDo() {
        JsonNode json = run("bench", "rms_norm(rows=2,cols=64)", "--seconds", "0.05", "--json").endedWith(0).json();
        assertThat(json.get("results").findValuesAsText("name")).startsWith("baseline").doesNotContain("tuned");
        assertThat(json.get("note").textValue()).contains("kernelwright tune 'rms_norm(rows=2,cols=64");
        assertThat(json.get("speedup").isNull()).isTrue();
    }

    @Test
    void benchOfAFileCountsTheHitsAndMissesOfAllItsWorkloads() throws IOException {
        Path file = Files.writeString(cache.resolve("two.json"), """
                {"workloads": [{"op": "rms_norm", "axes": {"rows": 64, "cols": 1024}},
                               {"op": "add", "axes": {"n": 100}}]}""");
        JsonNode json = run("bench", file.toString(), "--seconds", "0.05", "--json").endedWith(0).json();
        assertThat(json.get("workloads").findValuesAsText("workload")).containsExactly(
                WORKLOAD.replace(")", ",eps=1.0E-5)") + ":f32", "add(n=100):f32");
        assertThat(json.get("hits").intValue()).isEqualTo(1);
        assertThat(json.get("misses").intValue()).isEqualTo(1);
        assertThat(json.get("tuned").intValue()).isZero();
        assertThat(run("bench", file.toString(), "--seconds", "0.05").endedWith(0).out())
                .contains("workload").endsWith("1 hits, 1 misses, 0 tuned" + System.lineSeparator());
    }

    @Test
    void checkAcceptsATemplateThatIsRight() {
        CommandRun run = CommandRun.of("check", TEMPLATE.toString(), "--workload", WORKLOAD, "--json").endedWith(0);
        assertThat(run.json().get("reason").textValue()).isIn("ACCEPTED", "NOT_FASTER");
        assertThat(run.json().get("worstErrorRatio").doubleValue()).isBetween(0.0, 1.0);
    }

    @Test
    void checkRejectsAKernelThatComputesSomethingElse() throws IOException {
        String right = Files.readString(TEMPLATE);
        String wrong = right.replace("static final float EPS = 1e-5f", "static final float EPSILON = 1e-1f")
                .replace("EPS)", "EPSILON)");
        assertThat(wrong).isNotEqualTo(right);
        Path source = Files.writeString(cache.resolve("Wrong.java"), wrong);
        CommandRun run = CommandRun.of("check", source.toString(), "--workload", WORKLOAD).endedWith(1);
        assertThat(run.out()).startsWith("WRONG_NUMERICS: ");
    }

    @Test
    void checkRejectsAKernelThatDoesNotCompile() throws IOException {
        Path source = Files.writeString(cache.resolve("Broken.java"), "// @step run grid=rows\nfinal class {");
        assertThat(CommandRun.of("check", source.toString(), "--workload", WORKLOAD).endedWith(1).out())
                .startsWith("COMPILE_ERROR: ");
    }

    @Test
    void doctorFindsThisMachineFitToTune() {
        JsonNode json = run("doctor", "--json").json();
        assertThat(json.get("checks").findValuesAsText("subject")).contains("java", "just-in-time compiler",
                "vector module", "java compiler", "threads", "memory", "device cpu", "cache", "disk", "tuner",
                "isolation",
                "trial worker");
        assertThat(json.get("healthy").booleanValue()).as("%s", json).isTrue();
    }
}
