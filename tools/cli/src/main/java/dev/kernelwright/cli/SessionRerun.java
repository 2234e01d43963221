package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tuning.llm.SessionReplay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tries the kernels of a session again and says whether the verdicts are the same. */
final class SessionRerun {
    private SessionRerun() {}

    /** Returns the exit code: success if every verdict agrees. */
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
        List<SessionReplay.Outcome> outcomes = replay.outcomes();
        long agreeing = outcomes.stream().filter(SessionReplay.Outcome::agrees).count();
        boolean whole = outcomes.size() == replay.size();
        String sentence =
                agreeing + " of " + replay.size() + " verdicts are the same as in " + replay.opened().session()
                        + (whole
                                ? ""
                                : ", and " + (replay.size() - outcomes.size())
                                        + " kernels were not tried: allow more time with --budget");
        if (isJson) {
            ArrayNode list = json.putArray("verdicts");
            outcomes.forEach(each -> list.addObject().put("candidate", each.candidate())
                    .put("before", each.before().toString()).put("now", each.now().toString())
                    .put("agrees", each.agrees()));
            console.json(json.put("same", agreeing).put("of", replay.size()));
        } else {
            outcomes.stream().filter(each -> !each.agrees())
                    .forEach(each -> console.line("candidate " + each.candidate()
                            + " was " + each.before() + " and is " + each.now()));
            console.line(sentence);
        }
        if (outcomes.isEmpty() && outcome instanceof TuningOutcome.Failed(String reason)) {
            console.error(reason);
        }
        return agreeing == replay.size() ? ExitCode.SUCCESS : ExitCode.NEGATIVE;
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
