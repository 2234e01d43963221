package dev.kernelwright.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Console console(Charset charset, boolean terminal) {
        return new Console(new PrintStream(out, true, charset), new PrintStream(err, true, charset), terminal);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void aBarIsDrawnBelowTheLinesOfATerminalAndTakenAway() {
        Console console = console(StandardCharsets.UTF_8, true);
        try (ProgressBar bar = new ProgressBar(console)) {
            bar.show(0.5, "half");
            console.line("a line");
        }
        String half = "[###############---------------] half";
        assertThat(said()).isEqualTo(half + "\r\033[Ka line\n" + half + "\r\033[K");
    }

    @Test
    void aFileGetsTheLinesAlone() {
        Console console = console(StandardCharsets.UTF_8, false);
        try (ProgressBar bar = new ProgressBar(console)) {
            bar.show(0.5, "half");
            console.line("a line");
        }
        assertThat(said()).isEqualTo("a line\n");
    }

    @Test
    void aBarNeverLeavesItsBounds() {
        try (ProgressBar bar = new ProgressBar(console(StandardCharsets.UTF_8, true))) {
            bar.show(1.7, "more than all");
            bar.show(-1, "less than nothing");
        }
        assertThat(said()).contains("[" + "#".repeat(30) + "]", "[" + "-".repeat(30) + "]");
    }

    @Test
    void anAsciiTerminalGetsMicrosecondsThatItCanShow() {
        console(StandardCharsets.US_ASCII, false).line("12 µs");
        assertThat(said()).isEqualTo("12 us\n");
    }

    @Test
    void jsonIsAsciiWhateverTheTerminalCanShow() {
        console(StandardCharsets.US_ASCII, false).json(Json.object().put("time", "12 µs"));
        assertThat(said()).contains("\\u00B5s");
        assertThat(Json.read(said()).get("time").textValue()).isEqualTo("12 µs");
    }

    @Test
    void errorsGoToStandardError() {
        console(StandardCharsets.UTF_8, false).error("it broke");
        assertThat(out.size()).isZero();
        assertThat(err.toString(StandardCharsets.UTF_8).strip()).isEqualTo("kernelwright: it broke");
    }
}
