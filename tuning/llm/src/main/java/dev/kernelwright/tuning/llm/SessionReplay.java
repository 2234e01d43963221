package dev.kernelwright.tuning.llm;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.llm.SearchState.Candidate;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import dev.kernelwright.tuning.llm.session.SessionSummary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Proposes the kernels of a session again, in their order, without a model, and compares the verdicts.
 *
 * <p>The same workload is needed, and a device that compiles the same language; the verdicts need not be from this machine.
 */
public final class SessionReplay implements KernelGenerator {
    private final SessionEvent.Opened opened;
    private final List<SessionLog.Entry> entries;
    private final List<Outcome> outcomes = new ArrayList<>();

    /**
     * A verdict of then and one of now.
     *
     * @param candidate the candidate's number in the session
     * @param before the reason then
     * @param now the reason now
     */
    public record Outcome(int candidate, ReasonCode before, ReasonCode now) {
        private static final Set<ReasonCode> WITHOUT_VERDICT = EnumSet.of(ReasonCode.TIMEOUT, ReasonCode.NO_MEMORY);
        /** What is said of kernels whose results nothing was found wrong with. */
        private static final Set<ReasonCode> BY_THE_CLOCK = EnumSet.of(ReasonCode.ACCEPTED, ReasonCode.NOT_FASTER,
                ReasonCode.FASTER_THAN_PHYSICS, ReasonCode.CLOCK_MISMATCH);

        /** Returns how the two compare. */
        public Comparison comparison() {
            if (before == now) {
                return Comparison.SAME;
            }
            if (WITHOUT_VERDICT.contains(now)) {
                return Comparison.UNDECIDED;
            }
            return WITHOUT_VERDICT.contains(before) || (BY_THE_CLOCK.contains(before) && BY_THE_CLOCK.contains(now))
                    ? Comparison.BY_TIME
                    : Comparison.DIFFERENT;
        }
    }

    /** How a verdict of now compares with that of then. */
    public enum Comparison {
        /** They are the same. */
        SAME,
        /**
         * They differ in what is a matter of the day and the machine: whether a right kernel is faster than the baseline by
         * more than the noise, or whether there was time or memory for a verdict then.
         */
        BY_TIME,
        /** There was no time or memory for a verdict now. */
        UNDECIDED,
        /**
         * They contradict each other in what no clock decides. A compiler or a rule has changed since, or the kernel is wrong
         * on so few inputs that it depends on the secret ones.
         */
        DIFFERENT
    }

    private SessionReplay(SessionEvent.Opened opened, List<SessionLog.Entry> entries) {
        this.opened = opened;
        this.entries = entries;
    }

    /** Reads a session, whose chain must be whole. */
    public static SessionReplay open(Path file) throws IOException {
        List<SessionLog.Entry> entries = SessionLog.read(file);
        if (entries.isEmpty() || !(entries.getFirst().event() instanceof SessionEvent.Opened opened)) {
            throw new IOException(file + " is a session's log without an event: there is nothing to replay");
        }
        return new SessionReplay(opened, entries);
    }

    /** Returns what the session was for. */
    public SessionEvent.Opened opened() {
        return opened;
    }

    /** Returns how many candidates with verdicts there are. */
    public int size() {
        return SessionSummary.of(entries).attempts().size();
    }

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public boolean wantsEveryVerdict() {
        return true;
    }

    @Override
    public Search start(TuningRequest request) {
        Workload workload = request.workload();
        if (!workload.toString().equals(opened.workload() + ":" + opened.dtype())
                || !request.backend().sourceLanguage().equals(opened.language())) {
            throw new ModelUnavailableException(
                    "the session is for " + opened.workload() + ":" + opened.dtype() + " in "
                            + opened.language() + ", not for " + workload + " in " + request.backend().sourceLanguage()
                            + ": replay it for that");
        }
        SearchState state = new SearchState(workload.signature(), opened.language());
        Map<Integer, ReasonCode> before = new HashMap<>();
        for (SessionLog.Entry entry : entries) {
            state.apply(entry.event());
            if (entry.event() instanceof SessionEvent.Judged judged) {
                before.putIfAbsent(judged.candidate(), judged.verdict().reason());
            }
        }
        outcomes.clear();
        return new Again(state, before);
    }

    /** Returns the verdicts so far. */
    public List<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    private final class Again implements Search {
        private final SearchState state;
        private final Map<Integer, ReasonCode> before;
        private int next;
        private @Nullable Candidate current;

        Again(SearchState state, Map<Integer, ReasonCode> before) {
            this.state = state;
            this.before = before;
        }

        @Override
        public Optional<KernelSource> next() {
            while (next < state.candidates().size()) {
                Candidate candidate = state.candidates().get(next++);
                if (before.containsKey(candidate.number)) {
                    current = candidate;
                    return Optional.of(state.source(candidate));
                }
            }
            return Optional.empty();
        }

        @Override
        public void learn(KernelSource source, Evaluation evaluation) {
            if (current != null) {
                outcomes.add(new Outcome(current.number, before.getOrDefault(current.number, evaluation.reason()),
                        evaluation.reason()));
                current = null;
            }
        }
    }
}
