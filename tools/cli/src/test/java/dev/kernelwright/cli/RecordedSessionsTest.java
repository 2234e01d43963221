package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kernelwright.spi.Probe;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import dev.kernelwright.tuning.llm.session.SessionSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The sessions that {@code docs/agent-evaluation.md} is about, in which kernels were written through the relay. */
class RecordedSessionsTest {
    private static final Path SESSIONS = Path.of("src/test/sessions");

    private static List<Path> sessions(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(SESSIONS)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyLogIsWholeAndHasARightKernel() throws IOException {
        List<Path> all = sessions("");
        assertThat(all).hasSizeGreaterThanOrEqualTo(8);
        return all.stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
            SessionSummary summary = SessionSummary.of(SessionLog.read(file));
            assertThat(summary.attempts()).anyMatch(attempt -> attempt.verdict().isRight());
            assertThat(SessionLog.read(file).getFirst().event()).isInstanceOfSatisfying(SessionEvent.Opened.class,
                    opened -> assertThat(opened.model()).isEqualTo("relay:relay"));
        }));
    }

    @Test
    void theFirstCandidateThatReachesATargetIsSaid() throws IOException {
        String session = sessions("cpu-rms_norm").getFirst().toString();
        assertThat(CommandRun.of("session", "show", session, "--target", "2").endedWith(0).out())
                .contains("the baseline: first reached by candidate 1, of answer 1");
        assertThat(CommandRun.of("session", "show", session, "--target", "2.7", "--json").endedWith(0).json()
                .at("/target/candidate").intValue()).isEqualTo(4);
        assertThat(CommandRun.of("session", "show", session, "--target", "100").endedWith(0).out())
                .contains("the baseline: not reached");
        assertThat(CommandRun.of("session", "show", session, "--target", "-1").endedWith(2).err())
                .contains("-1.0 times the baseline");
    }

    @Test
    void aSessionOnTheCpuIsReplayedWithTheSameVerdicts() throws IOException {
        replay(sessions("cpu-rms_norm").getFirst(), "cpu");
    }

    @Tag("stress")
    @TestFactory
    Stream<DynamicTest> everySessionIsReplayedWithTheSameVerdicts() throws IOException {
        return sessions("").stream().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
            String device = file.getFileName().toString().replaceFirst("-.*", "");
            assumeThat(isThere(device)).as("there is a device called " + device).isTrue();
            if (file.getFileName().toString().equals("cpu-attention.jsonl")) {
                replayWithOneRuleChanged(file, device);
            } else {
                replay(file, device);
            }
        }));
    }

    /**
     * Three minutes after the verdict on candidate 2, which lost weights below the smallest normal number, the bound of
     * attention's results was derived anew and allows just that ({@code Attention.RANGE_LOSS}).
     */
    private static void replayWithOneRuleChanged(Path session, String device) {
        CommandRun run = rerun(session, device).endedWith(1);
        assertThat(run.out()).contains("8 of 9 verdicts are the same",
                "candidate 2 was WRONG_NUMERICS and is ACCEPTED, which no clock decides");
    }

    private static boolean isThere(String device) {
        return FoundBackend.all().stream().anyMatch(backend -> backend.name().equals(device)
                && backend.probe() instanceof Probe.Available(var devices) && !devices.isEmpty());
    }

    private static void replay(Path session, String device) {
        CommandRun run = rerun(session, device);
        assertThat(run.out()).contains("verdicts are the same");
        run.endedWith(0);
    }

    private static CommandRun rerun(Path session, String device) {
        return CommandRun.of("tune", "--replay", session.toString(), "--device", device, "--budget", "180s");
    }
}
