package dev.kernelwright.samples.nativec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tutorial in {@code docs/backend-authors.md} says what this sample's files say. */
class TutorialTest {
    private static final int MAX_LINES = 400;
    private static final Path SOURCES = Path.of("src/main");
    private static final Pattern BLOCK =
            Pattern.compile("`([\\w./]+)`[^`]*?:\n\n```(?:java|c)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NO_CODE = Pattern.compile("\\s*|(?:import|package) .*|\\s*(?://|/?\\*).*");

    private static String tutorial() throws IOException {
        String page = Files.readString(Path.of("../../docs/backend-authors.md"));
        return page.substring(page.indexOf("\n## Tutorial\n"));
    }

    private static List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    @Test
    void everyBlockOfCodeIsInTheFileThatIsNamedBeforeIt() throws IOException {
        String tutorial = tutorial();
        List<MatchResult> blocks = BLOCK.matcher(tutorial).results().toList();
        assertThat(blocks).hasSameSizeAs(Pattern.compile("```(?:java|c)\n").matcher(tutorial).results().toList())
                .hasSizeGreaterThan(5);
        for (MatchResult block : blocks) {
            List<Path> named = files("/" + block.group(1));
            assertThat(named).as("files called %s", block.group(1)).hasSize(1);
            String text = squeezed(Files.readString(named.getFirst()));
            for (String part : block.group(2).split("\n *\\.\\.\\.\n", -1)) {
                assertThat(text).as("%s", named).contains(squeezed(part));
            }
        }
    }

    @Test
    void theWholeBackendIsAsShortAsTheTutorialSays() throws IOException {
        long lines = 0;
        for (Path file : files(".java")) {
            lines += Files.readAllLines(file).stream().filter(line -> !NO_CODE.matcher(line).matches()).count();
        }
        assertThat(lines).isLessThan(MAX_LINES);
        assertThat(tutorial()).contains(lines + " lines of Java");
    }
}
