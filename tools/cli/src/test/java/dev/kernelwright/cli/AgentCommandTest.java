package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person writes a kernel through the relay: the whole way, with real compilers, workers and clocks. */
class AgentCommandTest {
    static final String KERNEL = """
            Idea: whole vectors and a masked tail
            ```java
            // @step run grid=1
            package dev.kernelwright.backend.cpu.kernel;

            import java.lang.foreign.MemorySegment;
            import java.nio.ByteOrder;
            import jdk.incubator.vector.FloatVector;
            import jdk.incubator.vector.VectorMask;
            import jdk.incubator.vector.VectorSpecies;

            final class Mine {
                static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
                static final ByteOrder ORDER = ByteOrder.nativeOrder();

                static void run(int block, MemorySegment a, MemorySegment b, MemorySegment out, long n) {
                    for (int i = 0; i < (int) n; i += SPECIES.length()) {
                        VectorMask<Float> mask = SPECIES.indexInRange(i, (int) n);
                        FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ORDER, mask)
                                .add(FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ORDER, mask))
                                .intoMemorySegment(out, i * 4L, ORDER, mask);
                    }
                }
            }
            ```
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void prepareCache() throws IOException {
        MeasuredRoofline.putInto(folder.resolve("cache"));
    }

    private CommandRun tune(String... more) {
        Path configuration = folder.resolve("agent.json");
        try {
            Files.writeString(configuration, "{\"planner\": \"none\", \"population\": 1, \"restarts\": 0,"
                    + " \"refinements\": 0, \"relayWaitSeconds\": 0}");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return CommandRun.of(Stream
                .concat(Stream.of("tune", "add(n=4096)", "--model", "relay:" + folder.resolve("relay"),
                        "--agent-config", configuration.toString(), "--cache",
                        folder.resolve("cache").toString(), "--budget", "60s"), Stream.of(more))
                .toArray(String[]::new));
    }

    private List<Path> files(String folderName, String end) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(folderName))) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }

    @Test
    void withAModelAndNoGeneratorNamedTemplatesAreSearchedFirstAndTheModelOnTop() throws IOException {
        CommandRun tuned = tune("--candidates", "2");
        assertThat(tuned.out()).contains("at most 2 candidates").containsPattern("(?m)^ +1  BLOCK=\\d+")
                .contains("the generator llm gave up", "waits for its answer");
        assertThat(files("relay", ".request.md")).singleElement().satisfies(question -> assertThat(question).content()
                .containsPattern("The best that was found before this search: at \\{BLOCK=\\d+}"));
    }

    @Test
    void aQuestionWaitsAndItsAnswerBecomesARecordThatIsShownAndReplayed() throws IOException {
        CommandRun waiting = tune("--generator", "llm").endedWith(1);
        assertThat(waiting.err()).contains("waits for its answer");
        assertThat(files("cache", "agent")).hasSize(1);
        Path question = files("relay", ".request.md").getFirst();
        assertThat(question).content().contains("add@1", "// @step");

        Path answer = Path.of(question.toString().replace(".request.md", ".reply.md"));
        Files.writeString(answer, KERNEL);
        CommandRun tuned = tune("--generator", "llm").endedWith(0);
        assertThat(tuned.out()).contains("the generator llm gave up", "waits for its answer");

        Path session = files("cache/agent/sessions", ".jsonl").getFirst();
        CommandRun shown = CommandRun.of("session", "show", session.toString()).endedWith(0);
        assertThat(shown.out()).contains("add(n=4096):f32", "whole vectors and a masked tail", "draft");
        JsonNode json = CommandRun.of("session", "show", session.toString(), "--json").endedWith(0).json();
        assertThat(json.get("attempts")).hasSize(1);
        assertThat(json.at("/attempts/0/reason").textValue()).isIn("ACCEPTED", "NOT_FASTER");
        Path page = folder.resolve("page.html");
        CommandRun.of("session", "show", session.toString(), "--html", page.toString()).endedWith(0);
        assertThat(page).content().contains("<svg", "Time by attempt", "// @step run grid=1");

        JsonNode replayed = CommandRun.of("tune", "--replay", session.toString(), "--budget", "60s", "--json")
                .endedWith(0).json();
        assertThat(replayed.get("same").intValue() + replayed.get("byTime").intValue()).isEqualTo(1);
        assertThat(replayed.get("of").intValue()).isEqualTo(1);

        Files.writeString(session, Files.readString(session).replace("masked", "naked"));
        assertThat(CommandRun.of("tune", "--replay", session.toString()).endedWith(2).err())
                .contains("was changed after it was written");
    }
}
