package dev.kernelwright.cli;

import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs the {@code kernelwright} command. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(Console.ofProcess(), arguments));
    }

    /** Runs the command and returns its exit code. */
    static int run(Console console, String... arguments) {
        CommandLine commandLine = new CommandLine(new KernelwrightCommand())
                .addSubcommand(new DevicesCommand(console))
                .addSubcommand(new QuickstartCommand(console))
                .addSubcommand(new TuneCommand(console))
                .addSubcommand(new WarmUpCommand(console))
                .addSubcommand(new BenchCommand(console))
                .addSubcommand(new ExplainCommand(console))
                .addSubcommand(new CheckCommand(console))
                .addSubcommand(new McpCommand(console, System.in))
                .addSubcommand(new CommandLine(new SessionCommand())
                        .addSubcommand(new SessionShowCommand(console)))
                .addSubcommand(new CommandLine(new CacheCommand())
                        .addSubcommand(new CacheListCommand(console))
                        .addSubcommand(new CacheShowCommand(console))
                        .addSubcommand(new CacheVerifyCommand(console))
                        .addSubcommand(new CacheClearCommand(console))
                        .addSubcommand(new CachePinCommand(console))
                        .addSubcommand(new CacheQuarantineCommand(console))
                        .addSubcommand(new CacheExportCommand(console))
                        .addSubcommand(new CacheMergeCommand(console))
                        .addSubcommand(new CacheSignCommand(console))
                        .addSubcommand(new CacheImportCommand(console))
                        .addSubcommand(new CacheTrustCommand(console)))
                .addSubcommand(new DoctorCommand(console));
        return commandLine
                .setOut(new PrintWriter(console.out(), true, console.out().charset()))
                .setErr(new PrintWriter(console.err(), true, console.err().charset()))
                .setExpandAtFiles(false)
                .setParameterExceptionHandler((exception, given) -> badUsage(console, exception, given))
                .setExecutionExceptionHandler((exception, command, parsed) -> failure(console, exception, parsed))
                .execute(arguments);
    }

    /** Says what is wrong with the arguments; without any, says what there is. */
    private static int badUsage(Console console, ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        if (arguments.length == 0) {
            command.usage(command.getErr());
            return ExitCode.BAD_INPUT;
        }
        List<String> suggestions = exception instanceof UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions()
                : List.of();
        String message = exception.getMessage()
                + (suggestions.isEmpty() ? "" : "; did you mean " + String.join(" or ", suggestions) + "?")
                + " ('" + command.getCommandSpec().qualifiedName() + " --help' says what there is)";
        report(console, message, Arrays.asList(arguments).contains(OutputOptions.JSON));
        return ExitCode.BAD_INPUT;
    }

    /** Says why a command failed; only for a fault of its own is there more in the log. */
    private static int failure(Console console, Exception exception, ParseResult parsed) {
        boolean json = parsed.originalArgs().contains(OutputOptions.JSON);
        if (exception instanceof InputException) {
            report(console, String.valueOf(exception.getMessage()), json);
            return ExitCode.BAD_INPUT;
        }
        LoggerFactory.getLogger(Main.class).debug("the command failed", exception);
        report(console, "the command failed, which is a fault of its own: " + exception + "; please report it, with"
                + " what 'KERNELWRIGHT_JAVA_OPTS=-Dorg.slf4j.simpleLogger.log.dev.kernelwright=debug' adds", json);
        return ExitCode.INTERNAL_ERROR;
    }

    private static void report(Console console, String message, boolean json) {
        console.error(message);
        if (json) {
            console.json(Json.object().put("error", message));
        }
    }
}
