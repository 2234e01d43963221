package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tuning.llm.SessionReplay;
import dev.kernelwright.tuning.llm.SessionReplay.Comparison;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tries the kernels of a session again and says whether the verdicts are the same. */
final class SessionRerun {
    private SessionRerun() {}

    /** Returns the exit code: success if every verdict is the same, but for what is a matter of the day. */
    static int run(Console console, boolean isJson, Path file, @Nullable String workloadText, DeviceOptions device,
            TuningBudget budget) throws InterruptedException {
        SessionReplay replay = open(file);
        String own = replay.opened().workload();
        if (workloadText != null && !WorkloadParameter.parse(workloadText, replay.opened().dtype())
                .equals(WorkloadParameter.parse(own, replay.opened().dtype()))) {
            throw new InputException("the session " + file + " is for " + own + ", not for " + workloadText
                    + ": leave the workload out");
        }
        Workload workload = WorkloadParameter.parse(own, replay.opened().dtype());
        // As many as the session has, whatever the number of candidates that a search may try.
        TuningBudget enough = new TuningBudget(budget.time(), Math.max(1, replay.size()));
        ObjectNode json = Json.object().put("session", replay.opened().session()).put("workload", workload.toString());
        TuningOutcome outcome;
        try (NoStore store = new NoStore();
                CandidateLines lines = new CandidateLines(console);
                TuningSession session =
                        new TuningSession(store, device, enough, false, true, List.of(replay), candidate -> {
                            if (!isJson) {
                                lines.add(candidate);
                            }
                        })) {
            if (!isJson) {
                console.line("replaying " + replay.size() + " kernels for " + workload + " on " + session.device());
                lines.begin();
            }
            outcome = session.tune(workload);
        }
        report(console, isJson, replay, json);
        List<SessionReplay.Outcome> outcomes = replay.outcomes();
        if (outcomes.isEmpty() && outcome instanceof TuningOutcome.Failed(String reason)) {
            console.error(reason);
        }
        return outcomes.size() == replay.size()
                && count(outcomes, Comparison.UNDECIDED) + count(outcomes, Comparison.DIFFERENT) == 0
                        ? ExitCode.SUCCESS
                        : ExitCode.NEGATIVE;
    }

    private static void report(Console console, boolean isJson, SessionReplay replay, ObjectNode json) {
        List<SessionReplay.Outcome> outcomes = replay.outcomes();
        if (isJson) {
            ArrayNode list = json.putArray("verdicts");
            outcomes.forEach(each -> list.addObject().put("candidate", each.candidate())
                    .put("before", each.before().toString()).put("now", each.now().toString())
                    .put("comparison", each.comparison().toString()));
            console.json(json.put("same", count(outcomes, Comparison.SAME))
                    .put("byTime", count(outcomes, Comparison.BY_TIME)).put("of", replay.size()));
            return;
        }
        outcomes.stream().filter(each -> each.comparison() != Comparison.SAME).forEach(each -> console.line(
                "candidate " + each.candidate() + " was " + each.before() + " and is " + each.now()
                        + switch (each.comparison()) {
                            case SAME -> "";
                            case BY_TIME -> ", which is a matter of the day";
                            case UNDECIDED -> ", so it is open: allow more time with --budget";
                            case DIFFERENT -> ", which no clock decides";
                        }));
        long byTime = count(outcomes, Comparison.BY_TIME);
        int untried = replay.size() - outcomes.size();
        console.line(count(outcomes, Comparison.SAME) + byTime + " of " + replay.size()
                + " verdicts are the same as in " + replay.opened().session()
                + (byTime == 0 ? "" : ", " + byTime + " of them but for what is a matter of the day")
                + (untried == 0
                        ? ""
                        : ", and " + untried + " kernels were not tried: allow more time with --budget"));
    }

    private static long count(List<SessionReplay.Outcome> outcomes, Comparison comparison) {
        return outcomes.stream().filter(each -> each.comparison() == comparison).count();
    }

    private static SessionReplay open(Path file) {
        SessionShowCommand.read(file);
        try {
            return SessionReplay.open(file);
        } catch (IOException e) {
            throw InputException.of(e);
        }
    }
}
