package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @Test
    void withoutArgumentsSaysWhatThereIsAndEndsWithTwo() {
        CommandRun run = CommandRun.of().endedWith(2);
        assertThat(run.err()).contains("Usage: kernelwright", "devices", "tune", "warmup", "bench", "cache", "explain",
                "check", "doctor", "quickstart");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void versionSaysWhichVersionThisIsAndWhatItRunsOn() {
        CommandRun run = CommandRun.of("--version").endedWith(0);
        assertThat(run.out()).containsPattern("^kernelwright \\d+\\.\\d+").contains("Java " + Runtime.version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices", "tune", "warmup", "bench", "cache", "cache list", "cache show", "cache verify",
            "cache clear", "explain", "check", "doctor", "quickstart"})
    void everyCommandHasHelpThatFitsIntoEightyColumns(String command) {
        CommandRun run = CommandRun.of((command + " --help").split(" ", -1)).endedWith(0);
        assertThat(run.out()).startsWith("Usage: kernelwright " + command);
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
    }

    @ParameterizedTest
    @ValueSource(strings = {"devices", "tune", "warmup", "bench", "cache list", "cache show", "cache verify",
            "cache clear", "explain", "check", "doctor", "quickstart"})
    void everyCommandSaysItsExitCodesAndCanAnswerInJson(String command) {
        assertThat(CommandRun.of((command + " --help").split(" ", -1)).out()).contains("Exit codes:", "--json");
    }

    @Test
    void aMisspeltOptionIsNamedWithWhatWasProbablyMeant() {
        CommandRun run = CommandRun.of("devices", "--jsom").endedWith(2);
        assertThat(run.err()).contains("--jsom", "did you mean", "--json", "'kernelwright devices --help'");
        assertThat(run.err().lines()).hasSize(1);
    }

    @Test
    void aBudgetIsReadInEveryUnit() {
        BudgetOptions.TimeConverter converter = new BudgetOptions.TimeConverter();
        assertThat(converter.convert("250ms")).hasMillis(250);
        assertThat(converter.convert("20s")).hasSeconds(20);
        assertThat(converter.convert("1.5m")).hasSeconds(90);
        assertThat(converter.convert("1H")).hasMinutes(60);
    }
}
