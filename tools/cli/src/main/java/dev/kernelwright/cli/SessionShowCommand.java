package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import dev.kernelwright.tuning.llm.session.SessionPage;
import dev.kernelwright.tuning.llm.session.SessionSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a session: a line for each attempt, or a page with a chart, every prompt and every answer. */
@Command(name = "show", description = "Show a session of the agent.",
        footer = {"", "Exit codes: 0 shown, 2 bad usage or input."})
final class SessionShowCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "SESSION", description = "The session's log, a .jsonl in the agent's folder of sessions.")
    private Path file = Path.of("");
    @Option(names = "--html", paramLabel = "FILE", description = "Write a page that needs nothing else, with a chart of"
            + " time by attempt, and with all prompts and answers.")
    private @Nullable Path html;
    @Option(names = "--target", paramLabel = "X", description = "Say which candidate was the first that was X times as"
            + " fast as the baseline, and how many answers it took.")
    private @Nullable Double target;
    @Mixin
    private final OutputOptions output = new OutputOptions();

    SessionShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<SessionLog.Entry> entries = read(file);
        if (!(entries.getFirst().event() instanceof SessionEvent.Opened opened)) {
            throw new InputException(file + " does not begin as a session does: name another");
        }
        SessionSummary summary = SessionSummary.of(entries);
        if (target != null && !(target > 0)) {
            throw new InputException("a target of " + target + " times the baseline was given: give one above 0");
        }
        if (html != null) {
            try {
                Files.writeString(html, SessionPage.of(entries));
            } catch (IOException e) {
                throw new InputException("the page was to be written to " + html + ", which cannot be: " + e, e);
            }
        }
        if (output.json()) {
            console.json(json(opened, summary));
        } else {
            print(opened, summary);
        }
        return ExitCode.SUCCESS;
    }

    /** Reads a session that has begun. */
    static List<SessionLog.Entry> read(Path file) {
        try {
            List<SessionLog.Entry> entries = SessionLog.read(file);
            if (entries.isEmpty()) {
                throw new InputException(file + " is a session in which nothing has happened: name another");
            }
            return entries;
        } catch (IOException e) {
            throw Files.exists(file)
                    ? InputException.of(e)
                    : new InputException(
                            "the session " + file + " was asked for, which is not there: name a .jsonl in the"
                                    + " agent's folder of sessions",
                            e);
        }
    }

    private void print(SessionEvent.Opened opened, SessionSummary summary) {
        console.line(
                opened.session() + ": " + opened.workload() + ":" + opened.dtype() + " on " + opened.device() + " by "
                        + opened.model());
        Table table = new Table(">#", "step", ">line", "parameters", ">time", ">x", "verdict");
        for (SessionSummary.Attempt attempt : summary.attempts()) {
            table.row(Integer.toString(attempt.number()), attempt.step(), Integer.toString(attempt.line() + 1),
                    attempt.parameters().isEmpty() ? "" : attempt.parameters().toString(),
                    Figures.time(attempt.verdict().kernelNanos()), Figures.ratio(attempt.speedup() > 0
                            ? attempt.speedup()
                            : Double.NaN),
                    attempt.verdict().reason().toString());
        }
        table.lines().forEach(console::line);
        for (int i = 0; i < summary.lines().size(); i++) {
            String idea = summary.lines().get(i).idea();
            console.line("line " + (i + 1) + ": " + (idea.isEmpty() ? "(without a name)" : idea));
        }
        console.line(summary.calls() + " questions, " + summary.unusable() + " unusable answers, "
                + summary.inputTokens() + " + " + summary.outputTokens() + " tokens, "
                + Figures.digits(summary.microDollars() / 1e6) + " dollars; "
                + (summary.end().isEmpty() ? "not ended" : "ended: " + summary.end()));
        if (target != null) {
            console.line(Figures.ratio(target) + " the baseline: " + summary.firstAt(target)
                    .map(first -> "first reached by candidate " + first.number() + ", of answer " + first.call())
                    .orElse("not reached"));
        }
    }

    private ObjectNode json(SessionEvent.Opened opened, SessionSummary summary) {
        ObjectNode json = Json.object().put("session", opened.session()).put("workload", opened.workload())
                .put("dtype", opened.dtype()).put("device", opened.device()).put("model", opened.model())
                .put("calls", summary.calls()).put("unusable", summary.unusable())
                .put("inputTokens", summary.inputTokens()).put("outputTokens", summary.outputTokens());
        Json.put(json, "dollars", summary.microDollars() / 1e6);
        ArrayNode attempts = json.putArray("attempts");
        for (SessionSummary.Attempt attempt : summary.attempts()) {
            ObjectNode node = attempts.addObject().put("number", attempt.number()).put("step", attempt.step())
                    .put("line", attempt.line() + 1).put("reason", attempt.verdict().reason().toString())
                    .put("message", attempt.verdict().message());
            ObjectNode parameters = node.putObject("parameters");
            attempt.parameters().forEach(parameters::put);
            Json.put(node, "kernelNanos", attempt.verdict().kernelNanos());
            Json.put(node, "baselineNanos", attempt.verdict().baselineNanos());
            Json.put(node, "floorNanos", attempt.verdict().floorNanos());
        }
        if (target != null) {
            ObjectNode reached = json.putObject("target").put("speedup", target);
            summary.firstAt(target).ifPresent(first -> reached.put("candidate", first.number())
                    .put("answer", first.call()));
        }
        return json.put("end", summary.end());
    }
}
