package dev.kernelwright.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoryTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private Story story(Charset charset, boolean terminal) {
        return new Story(new PrintStream(out, true, charset), terminal);
    }

    private String told() {
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void theBarIsDrawnBelowTheLinesAndTakenAway() {
        Story story = story(StandardCharsets.UTF_8, true);
        story.progress(0.1, "1 tried");
        story.line("line %d", 1);
        story.endProgress();
        String bar = "   [###---------------------------] 1 tried";
        assertThat(told()).isEqualTo(bar + "\r\033[Kline 1\n" + bar + "\r\033[K");
    }

    @Test
    void aFileGetsTheLinesAlone() {
        Story story = story(StandardCharsets.US_ASCII, false);
        story.progress(0.5, "1 tried");
        story.line("took %s", Story.time(1500));
        story.endProgress();
        assertThat(told()).isEqualTo("took 1.50 us\n");
    }

    @ParameterizedTest
    @CsvSource({"120, 0.120 µs", "45_250, 45.3 µs", "45_300_000, 45.3 ms", "2_000_000_000, 2.00 s"})
    void aTimeHasThreeDigits(String nanos, String text) {
        assertThat(Story.time(Double.parseDouble(nanos.replace("_", "")))).isEqualTo(text);
    }
}
