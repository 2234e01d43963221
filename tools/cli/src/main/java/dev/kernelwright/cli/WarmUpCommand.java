package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.ProgressBar;
import dev.kernelwright.cli.output.Table;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.TuningRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tunes every workload of a file that the cache has no record for. */
@Command(name = "warmup", description = "Tune every workload of a file that has no record yet.",
        footer = {"",
                "A file is {\"workloads\": [{\"op\": \"rms_norm\", \"dtype\": \"f32\", \"axes\": {\"rows\": \"1..64\","
                        + " \"cols\": 4096}, \"attributes\": {\"eps\": 1e-5}}]}.",
                "Exit codes: 0 there is a record for each, 1 there is none for some, 2 bad usage or input. With"
                        + " --compile-only: 0 a kernel compiles for each, 1 none does for some."})
final class WarmUpCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "FILE", description = "The file of workloads.")
    private Path file = Path.of("");
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final BudgetOptions budget = new BudgetOptions();
    @Mixin
    private final AgentOptions agent = new AgentOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final CompileOnlyOptions compileOnly = new CompileOnlyOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Option(names = "--retune", description = "Tune also what there is a record for, and replace it if"
            + " something better is found.")
    private boolean retune;

    WarmUpCommand(Console console) {
        this.console = console;
    }

    /** A line of the final table. */
    private record Line(Workload workload, String outcome, @Nullable Evaluation evaluation, String reason) {
        static Line of(Workload workload, TuningOutcome outcome) {
            return switch (outcome) {
                case TuningOutcome.Hit(TuningRecord record) -> new Line(workload, "hit", record.evaluation(), "");
                case TuningOutcome.Stored(TuningRecord record) -> new Line(workload,
                        record.kernel() == null ? "baseline kept" : "tuned", record.evaluation(), "");
                case TuningOutcome.Kept(TuningRecord record, TuningRecord _) ->
                    new Line(workload, "kept", record.evaluation(), "");
                case TuningOutcome.Failed(String reason) -> new Line(workload, "failed", null, reason);
            };
        }

        boolean failed() {
            return evaluation == null;
        }

        /** What is worth saying before all are done. */
        String remark() {
            if (evaluation == null) {
                return ": " + reason;
            }
            return evaluation.kernel() == null ? "" : ", " + Figures.ratio(evaluation.speedup());
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        Optional<String> target = compileOnly.target();
        List<Workload> workloads = WorkloadsFile.read(file);
        if (target.isPresent()) {
            return CompileOnly.run(console, output.json(), target.get(), workloads, budget.budget());
        }
        List<Line> lines = new ArrayList<>();
        try (LayeredStore store = cache.openLayered(); ProgressBar bar = new ProgressBar(console)) {
            Consumer<RuntimeEvent.Candidate> onCandidate = candidate -> bar.show(
                    (lines.size() + candidate.spent()) / workloads.size(),
                    (lines.size() + 1) + "/" + workloads.size() + " " + candidate.workload());
            try (TuningSession session =
                    new TuningSession(store, device, budget.budget(), budget.instrumented(), retune,
                            agent.generators(cache.location().folder(), store), onCandidate)) {
                for (Workload workload : workloads) {
                    bar.show((double) lines.size() / workloads.size(),
                            (lines.size() + 1) + "/" + workloads.size() + " " + workload);
                    Line line = Line.of(workload, session.tune(workload));
                    lines.add(line);
                    if (!output.json()) {
                        console.line(lines.size() + "/" + workloads.size() + " " + workload + ": " + line.outcome()
                                + line.remark());
                    }
                }
            }
        }
        report(lines);
        return lines.stream().anyMatch(Line::failed) ? ExitCode.NEGATIVE : ExitCode.SUCCESS;
    }

    private void report(List<Line> lines) {
        if (output.json()) {
            ObjectNode json = Json.object();
            ArrayNode list = json.putArray("workloads");
            lines.forEach(line -> put(list.addObject(), line));
            console.json(json);
            return;
        }
        Table table = new Table("workload", "outcome", ">baseline", ">tuned", ">x");
        for (Line line : lines) {
            Evaluation evaluation = line.evaluation();
            table.row(line.workload().toString(), line.outcome(),
                    evaluation == null ? Figures.UNKNOWN : Figures.time(Verdict.medianNanos(evaluation.baseline())),
                    evaluation == null ? Figures.UNKNOWN : Figures.time(Verdict.medianNanos(evaluation.kernel())),
                    evaluation == null ? Figures.UNKNOWN : Figures.ratio(evaluation.speedup()));
        }
        console.line("");
        console.lines(table.lines());
    }

    private static void put(ObjectNode node, Line line) {
        node.put("workload", line.workload().toString()).put("outcome", line.outcome());
        Evaluation evaluation = line.evaluation();
        if (evaluation == null) {
            node.put("error", line.reason());
        } else {
            Verdict.put(node.putObject("evaluation"), evaluation);
        }
    }
}
