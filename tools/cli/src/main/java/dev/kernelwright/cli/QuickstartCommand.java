package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.samples.quickstart.Quickstart;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the sample that shows a miss, the tuning behind it, the swap, and a second start that hits. */
@Command(name = "quickstart", description = "Show what Kernelwright does, in less than two minutes.",
        footer = {"",
                "Exit codes: 0 the second start missed nothing and all numbers were right, 1 not so, 2 bad usage or"
                        + " input."})
final class QuickstartCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--cache", paramLabel = "DIR",
            description = "A kernel cache to use, and to keep. Default: a new one,"
                    + " which is deleted afterwards.")
    private @Nullable Path cache;
    @Option(names = "--fresh", description = "Tune anew what the cache given by --cache has already.")
    private boolean fresh;
    @Mixin
    private final OutputOptions output = new OutputOptions();

    QuickstartCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        // With --json the story goes where it does not disturb.
        PrintStream story = output.json() ? console.err() : console.out();
        boolean terminal = console.isTerminal() && !output.json();
        Quickstart.Result result;
        try {
            result = cache == null
                    ? Quickstart.runOnTemporaryCache(story, terminal)
                    : Quickstart.run(cache, fresh, story, terminal);
        } catch (IOException | IllegalStateException e) {
            throw InputException.of(e);
        }
        if (output.json()) {
            console.json(toJson(result));
        }
        return result.succeeded() ? ExitCode.SUCCESS : ExitCode.NEGATIVE;
    }

    private static ObjectNode toJson(Quickstart.Result result) {
        ObjectNode json = Json.object().put("succeeded", result.succeeded());
        Json.put(json, "seconds", result.seconds());
        ArrayNode list = json.putArray("firstStart");
        for (Quickstart.Observation observation : result.firstStart()) {
            ObjectNode node = list.addObject().put("workload", observation.workload()).put("tuned", observation.tuned())
                    .put("right", observation.right());
            Json.put(node, "firstCallNanos", observation.firstCallNanos());
            Json.put(node, "nanosBefore", observation.nanosBefore());
            Json.put(node, "nanosAfter", observation.nanosAfter());
        }
        json.putObject("secondStart").put("hits", result.secondStart().hits())
                .put("misses", result.secondStart().misses()).put("candidates", result.secondStart().candidates());
        return json;
    }
}
