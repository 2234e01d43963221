package dev.kernelwright.tuning.llm.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionLogTest {
    private static final SessionEvent.Verdict VERDICT =
            new SessionEvent.Verdict(ReasonCode.ACCEPTED, "right", Double.NaN, 12.5, 40, Double.NaN);
    private static final List<SessionEvent> EVENTS = List.of(
            new SessionEvent.Opened(1, "s-1", "add(n=4)", "f32", "elementwise", "00", "11", "cpu (x)", "java-vector",
                    "relay:d", "population=2"),
            new SessionEvent.Baseline(40), new SessionEvent.Earlier("text\n`\"\u2028", Map.of("B", 2L), VERDICT),
            new SessionEvent.Rules("22", "rules"), new SessionEvent.Asked(1, "draft", 0, "22", "write", "33"),
            new SessionEvent.Answered(1, "```\n```", 5, 6, 7, 8), new SessionEvent.Proposed(1, 1, Map.of("A", 1L)),
            new SessionEvent.Compiled(1, "40 registers"), new SessionEvent.Judged(1, VERDICT),
            new SessionEvent.Asked(2, "refine", 0, "22", "write", "44"), new SessionEvent.Unusable(2, "empty"),
            new SessionEvent.Understood(2), new SessionEvent.Resumed("cpu (x)"), new SessionEvent.Ended("stuck"));

    @TempDir
    private Path folder;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = folder.resolve("s-1.jsonl");
        SessionLog log = SessionLog.create(file);
        for (SessionEvent event : EVENTS) {
            log.append(event);
        }
    }

    @Test
    void everyEventIsReadAsItWasWritten() throws IOException {
        assertThat(SessionLog.read(file)).extracting(SessionLog.Entry::event).containsExactlyElementsOf(EVENTS);
        assertThat(Files.readAllLines(file)).hasSameSizeAs(EVENTS);
    }

    @Test
    void aLogThatIsThereIsNotBegunAnew() {
        assertThatThrownBy(() -> SessionLog.create(file)).isInstanceOf(IOException.class);
    }

    @Test
    void everyChangedByteIsNoticed() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 0; i < bytes.length - 1; i += 7) {
            byte[] changed = bytes.clone();
            changed[i] ^= 1;
            Files.write(file, changed);
            assertThatThrownBy(() -> SessionLog.read(file)).as("byte %d", i).isInstanceOf(SessionFormatException.class);
        }
    }

    @Test
    void everyLineTakenOutMovedOrDoubledIsNoticed() throws IOException {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size() - 1; i++) {
            List<String> without = new ArrayList<>(lines);
            without.remove(i);
            List<String> swapped = new ArrayList<>(lines);
            Collections.swap(swapped, i, i + 1);
            List<String> doubled = new ArrayList<>(lines);
            doubled.add(i, lines.get(i));
            for (List<String> tampered : List.of(without, swapped, doubled)) {
                Files.write(file, tampered);
                assertThatThrownBy(() -> SessionLog.read(file)).as("line %d", i)
                        .isInstanceOf(SessionFormatException.class).hasMessageContaining("use another copy");
            }
        }
    }

    @Test
    void aLogThatAKillCutShortGoesOnAfterItsLastWholeLine() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<String> lines = Files.readAllLines(file);
        for (int length = 0; length < bytes.length; length += 11) {
            Files.write(file, java.util.Arrays.copyOf(bytes, length));
            int whole = (int) new String(bytes, 0, length, java.nio.charset.StandardCharsets.UTF_8).chars()
                    .filter(c -> c == '\n').count();
            SessionLog log = SessionLog.resume(file);
            assertThat(log.entries()).hasSize(whole);
            log.append(whole == 0 ? EVENTS.getFirst() : new SessionEvent.Ended("killed"));
            assertThat(SessionLog.read(file)).hasSize(whole + 1);
            assertThat(Files.readAllLines(file).subList(0, whole)).isEqualTo(lines.subList(0, whole));
        }
    }

    @Test
    void twoWhoContinueOneLogDoNotMixTheirLines() throws IOException {
        SessionLog one = SessionLog.resume(file);
        SessionLog two = SessionLog.resume(file);
        one.append(new SessionEvent.Resumed("a"));
        assertThatThrownBy(() -> two.append(new SessionEvent.Resumed("b"))).isInstanceOf(IOException.class)
                .hasMessageContaining("somebody else");
        assertThat(SessionLog.read(file)).hasSize(EVENTS.size() + 1);
    }

    @Test
    void whatIsNoLogSaysSo() throws IOException {
        Files.writeString(file, "# A page\n");
        assertThatThrownBy(() -> SessionLog.read(file)).hasMessageContaining("line 1")
                .hasMessageContaining("not one of");
        Files.writeString(file, "hello");
        assertThatThrownBy(() -> SessionLog.read(file)).hasMessageContaining("no session's log");
    }
}
