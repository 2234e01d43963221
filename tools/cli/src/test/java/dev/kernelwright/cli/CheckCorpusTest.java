package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** {@code kernelwright check} on the hostile and honest kernels of the cpu, which are files that anybody can hand in. */
class CheckCorpusTest {
    private static final Path CORPUS = Path.of("../../backend-cpu-vector/src/test/resources");

    private static List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(folder))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Returns the value of a line such as {@code // workload: add(n=4096)}; empty if there is none. */
    private static String line(Path file, String name) throws IOException {
        String start = "// " + name + ": ";
        return Files.readAllLines(file).stream().filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()).strip()).findFirst().orElse("");
    }

    private static DynamicTest check(Path file) {
        return dynamicTest(file.getFileName().toString(), () -> {
            String expected = line(file, "expects");
            CommandRun run = CommandRun.of("check", file.toString(), "--workload", line(file, "workload"), "--json")
                    .endedWith(expected.isEmpty() ? 0 : 1);
            JsonNode json = run.json();
            assertThat(json.get("reason").textValue()).as("%s", json)
                    .isIn(expected.isEmpty() ? List.of("ACCEPTED", "NOT_FASTER") : List.of(expected));
            assertThat(json.get("message").textValue()).isNotBlank();
        });
    }

    /** One kernel for each reason that there is among them, and an honest one. */
    @TestFactory
    Stream<DynamicTest> aKernelOfEveryReasonGetsItAndItsExitCode() throws IOException {
        Map<String, Path> byReason = new TreeMap<>();
        for (Path file : files("attacks")) {
            byReason.put(line(file, "expects"), file);
        }
        assertThat(byReason).hasSizeGreaterThan(1).doesNotContainKey("");
        byReason.put("", files("honest").getFirst());
        return byReason.values().stream().map(CheckCorpusTest::check);
    }

    /** All of them. */
    @TestFactory
    @Tag("stress")
    Stream<DynamicTest> everyKernelGetsTheReasonItExpects() throws IOException {
        return Stream.concat(files("attacks").stream(), files("honest").stream()).map(CheckCorpusTest::check);
    }
}
