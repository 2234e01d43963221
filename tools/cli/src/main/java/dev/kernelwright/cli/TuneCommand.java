package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds the best kernel for a workload on a device and stores it. */
@Command(name = "tune", description = "Find the best kernel for a workload and store it.",
        footer = {"",
                "Exit codes: 0 a record is stored, be it that the baseline is the best; 1 there could be no verdict;"
                        + " 2 bad usage or input. With --compile-only: 0 a kernel compiles, 1 none does."})
final class TuneCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "WORKLOAD", description = "An op with its axes and attributes, in quotes,"
            + " for example 'rms_norm(rows=1,cols=4096)'; an axis may be a range such as 1..64.")
    private @Nullable String workloadText;
    @Mixin
    private final DtypeOption dtype = new DtypeOption();
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final BudgetOptions budgetOptions = new BudgetOptions();
    @Mixin
    private final AgentOptions agent = new AgentOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final CompileOnlyOptions compileOnly = new CompileOnlyOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Option(names = "--retune", description = "Tune also if there is a record, and replace it if something"
            + " better is found, or if it does not hold here.")
    private boolean retune;

    @Option(names = "--replay", paramLabel = "SESSION", description = "Try the kernels of an agent's session again,"
            + " without a model, and compare the verdicts; nothing is stored.")
    private @Nullable Path replay;

    TuneCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        TuningBudget budget = budgetOptions.budget();
        Optional<String> target = compileOnly.target();
        if (replay != null) {
            return SessionRerun.run(console, output.json(), replay, workloadText, device, budget);
        }
        if (workloadText == null) {
            throw new InputException("something was to be tuned, but no workload is named: give one such as"
                    + " 'rms_norm(rows=1,cols=4096)', or a session with --replay");
        }
        Workload workload = WorkloadParameter.parse(workloadText, dtype.value());
        if (target.isPresent()) {
            return CompileOnly.run(console, output.json(), target.get(), List.of(workload), budget);
        }
        ObjectNode json = Json.object().put("workload", workload.toString());
        try (LayeredStore store = cache.openLayered();
                CandidateLines lines = new CandidateLines(console);
                TuningSession session = new TuningSession(store, device, budget, budgetOptions.instrumented(), retune,
                        agent.generators(cache.location().folder(), store), candidate -> {
                            if (output.json()) {
                                CandidateLines.put(json.withArray("candidates"), candidate);
                            } else {
                                lines.add(candidate);
                            }
                        })) {
            KernelKey key = session.key(workload);
            json.put("device", session.device().name()).put("key", key.digest()).put("cache", store.location());
            json.putArray("candidates");
            if (!output.json() && session.known(workload).isEmpty()) {
                console.line("tuning " + workload + " on " + session.device() + ", at most "
                        + budget.candidates() + " candidates in " + budget.time().toMillis() / 1000.0 + " s");
                lines.begin();
            }
            TuningOutcome outcome = session.tune(workload);
            lines.end();
            return report(outcome, workload, key, store.location(), json);
        }
    }

    private int report(TuningOutcome outcome, Workload workload, KernelKey key, String location, ObjectNode json) {
        switch (outcome) {
            case TuningOutcome.Hit(TuningRecord record) -> say(json, "hit", record,
                    workload + " was tuned already: " + Verdict.sentence(record)
                            + "; see it with 'kernelwright cache show " + key + "', replace it with --retune");
            case TuningOutcome.Stored(TuningRecord record) -> {
                say(json, record.kernel() == null ? "baseline" : "tuned",
                        record, workload + ": " + Verdict.sentence(record) + "; stored as " + key + " in " + location);
                sayWhoGaveUp(record);
            }
            case TuningOutcome.Kept(TuningRecord record, TuningRecord found) -> {
                say(json, "kept", record, workload + ": nothing better was found, so what is stored stays: "
                        + Verdict.sentence(record) + "; see it with 'kernelwright cache show " + key + "'");
                sayWhoGaveUp(found);
            }
            case TuningOutcome.Failed(String reason) -> {
                if (output.json()) {
                    console.json(json.put("outcome", "failed").put("error", reason));
                }
                console.error(workload + " could not be tuned: " + reason);
                return ExitCode.NEGATIVE;
            }
        }
        return ExitCode.SUCCESS;
    }

    private void say(ObjectNode json, String outcome, TuningRecord record, String sentence) {
        if (output.json()) {
            json.put("outcome", outcome);
            Verdict.put(json.putObject("evaluation"), record.evaluation());
            Json.put(json, "provenance", record.provenance());
            console.json(json);
        } else {
            console.line(sentence);
        }
    }

    private void sayWhoGaveUp(TuningRecord record) {
        record.provenance().forEach((name, value) -> {
            if (name.startsWith("failed.") && !output.json()) {
                console.line("the generator " + name.substring("failed.".length()) + " gave up: " + value);
            }
        });
    }
}
