package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** One run of the command in this JVM, with what it printed. */
record CommandRun(int exitCode, String out, String err) {
    static CommandRun of(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), false);
        int exitCode = Main.run(console, arguments);
        return new CommandRun(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Asserts how the command ended, with all that it said should it not be so. */
    CommandRun endedWith(int expected) {
        assertThat(exitCode).as("the exit code after%n%s%n%s", out, err).isEqualTo(expected);
        return this;
    }

    /** Returns standard output, which must be one JSON value and nothing else. */
    JsonNode json() {
        return Json.read(out);
    }
}
