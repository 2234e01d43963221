package dev.kernelwright.tuning.llm;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tuning.llm.budget.Spending;
import dev.kernelwright.tuning.llm.prompt.Progress;
import dev.kernelwright.tuning.llm.prompt.Progress.Attempt;
import dev.kernelwright.tuning.llm.prompt.ReplyReader;
import dev.kernelwright.tuning.llm.prompt.ReplyReader.Reading;
import dev.kernelwright.tuning.llm.prompt.Step;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionEvent.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the events of a search add up to. Made of them and nothing else, so that it is the same after a restart.
 *
 * <p>A <em>line</em> is an idea that is worked on: its kernels are repaired while they are wrong and refined while they get
 * faster, and it is closed when the same source or the same error comes back, or when too many turns brought nothing.
 */
final class SearchState {
    private final KernelSignature signature;
    private final String language;
    private final List<Call> calls = new ArrayList<>();
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private final Map<String, String> rules = new HashMap<>();
    private final Set<String> sources = new HashSet<>();
    private List<ReplyReader.Idea> ideas = List.of();
    private Progress.@Nullable Attempt earlier;
    private double baselineNanos = Double.NaN;
    private Spending spent = Spending.NONE;
    private boolean planned;
    private int unusableInARow;
    private String ended = "";

    /** A question and what came of it. */
    static final class Call {
        final int number;
        final Step step;
        final int line;
        final String system;
        final String user;
        final String prompt;
        @Nullable String answer;
        /** Whether nothing is to be done about it any more, but to try points of its kernel. */
        boolean done;
        String fault = "";
        @Nullable KernelTemplate template;
        String idea = "";
        final List<Candidate> points = new ArrayList<>();

        Call(SessionEvent.Asked asked) {
            number = asked.call();
            step = Step.valueOf(asked.step().toUpperCase(Locale.ROOT));
            line = asked.line();
            system = asked.system();
            user = asked.user();
            prompt = asked.prompt();
        }
    }

    /** A kernel that was proposed. */
    static final class Candidate {
        final int number;
        final Call call;
        final Map<String, Long> parameters;
        @Nullable Verdict verdict;
        String log = "";
        String report = "";
        /** How often the session was continued while this waited for its verdict. */
        int resumptions;

        Candidate(int number, Call call, Map<String, Long> parameters) {
            this.number = number;
            this.call = call;
            this.parameters = parameters;
        }

        boolean isRight() {
            return verdict != null && verdict.isRight();
        }

        double nanos() {
            return verdict != null && verdict.isRight() ? verdict.kernelNanos() : Double.POSITIVE_INFINITY;
        }

        KernelTemplate template() {
            if (call.template == null) {
                throw new IllegalStateException("candidate " + number + " has no template though it was proposed");
            }
            return call.template;
        }
    }

    /** An idea that is worked on. */
    static final class Line {
        final int index;
        String idea;
        int faults;
        int turnsWithoutGain;
        String lastFault = "";
        String closed = "";
        /** The kernel that the next question is about. */
        @Nullable Candidate subject;
        @Nullable Candidate best;
        String critique = "";
        boolean criticised;

        Line(int index, String idea) {
            this.index = index;
            this.idea = idea;
        }
    }

    SearchState(KernelSignature signature, String language) {
        this.signature = signature;
        this.language = language;
    }

    /** Takes an event into account. */
    void apply(SessionEvent event) {
        switch (event) {
            case SessionEvent.Opened _ -> {}
            case SessionEvent.Resumed _ -> unjudged().ifPresent(candidate -> candidate.resumptions++);
            case SessionEvent.Baseline baseline -> baselineNanos = baseline.nanos();
            case SessionEvent.Earlier found -> earlier = new Attempt(0, "", found.parameters(), found.verdict());
            case SessionEvent.Rules text -> rules.put(text.digest(), text.text());
            case SessionEvent.Asked asked -> {
                Call call = new Call(asked);
                calls.add(call);
                if (call.line >= 0 && call.line == lines.size()) {
                    lines.add(new Line(call.line, plannedIdea(call)));
                }
            }
            case SessionEvent.Answered answered -> {
                call(answered.call()).answer = answered.text();
                spent = new Spending(spent.calls() + 1,
                        spent.tokens() + answered.inputTokens() + answered.outputTokens(),
                        spent.microDollars() + answered.microDollars(), spent.millis() + answered.millis());
            }
            case SessionEvent.Unusable unusable -> fail(call(unusable.call()), unusable.reason());
            case SessionEvent.Understood understood -> understand(call(understood.call()));
            case SessionEvent.Proposed proposed -> propose(proposed);
            case SessionEvent.Compiled compiled -> candidate(compiled.candidate()).log = compiled.log();
            case SessionEvent.Loaded loaded -> candidate(loaded.candidate()).report = loaded.report();
            case SessionEvent.Judged judged -> judge(candidate(judged.candidate()), judged.verdict());
            case SessionEvent.Ended end -> ended = end.reason();
        }
    }

    private String plannedIdea(Call call) {
        return call.step == Step.DRAFT && call.line < ideas.size() ? ideas.get(call.line).toString() : "";
    }

    private void fail(Call call, String reason) {
        call.done = true;
        call.fault = reason;
        unusableInARow++;
        if (call.step == Step.PLAN) {
            planned = true;
        } else if (call.line >= 0) {
            Line line = lines.get(call.line);
            if (call.step == Step.CRITIQUE) {
                line.criticised = true;
            } else {
                if (call.step == Step.REFINE) {
                    line.turnsWithoutGain++;
                }
                fault(line, reason);
            }
        }
    }

    private void understand(Call call) {
        call.done = true;
        unusableInARow = 0;
        String answer = call.answer == null ? "" : call.answer;
        if (call.step == Step.PLAN) {
            ideas = ReplyReader.ideas(answer);
            planned = true;
        } else {
            Line line = lines.get(call.line);
            line.critique = ReplyReader.critique(answer);
            line.criticised = true;
        }
    }

    private void propose(SessionEvent.Proposed proposed) {
        Call call = call(proposed.call());
        if (call.template == null && read(call) instanceof Reading.Kernel(KernelTemplate template, String idea)) {
            call.template = template;
            call.idea = idea;
            Line line = lines.get(call.line);
            if (line.idea.isEmpty()) {
                line.idea = idea;
            }
            sources.add(template.text().strip());
        }
        call.done = true;
        unusableInARow = 0;
        Candidate candidate = new Candidate(proposed.candidate(), call, proposed.parameters());
        call.points.add(candidate);
        candidates.add(candidate);
    }

    private void judge(Candidate candidate, Verdict verdict) {
        boolean again = candidate.verdict != null;
        candidate.verdict = verdict;
        if (again) {
            return;
        }
        Line line = lines.get(candidate.call.line);
        boolean firstPoint = candidate.call.points.size() == 1;
        if (candidate.isRight()) {
            line.faults = 0;
            line.lastFault = "";
            if (line.best == null || candidate.nanos() < line.best.nanos()) {
                line.best = candidate;
                line.subject = candidate;
                line.turnsWithoutGain = 0;
                line.critique = "";
                line.criticised = false;
            } else if (firstPoint) {
                line.turnsWithoutGain++;
                line.subject = line.best;
            }
        } else if (firstPoint) {
            if (candidate.call.step == Step.REFINE) {
                line.turnsWithoutGain++;
            }
            line.subject = candidate;
            fault(line, verdict.reason() + " " + verdict.message());
        }
    }

    /** Counts a fault of a line, which ends where the same one comes back. */
    private static void fault(Line line, String what) {
        String same = what.replaceAll("[0-9.]+", "#");
        line.faults++;
        if (same.equals(line.lastFault)) {
            line.closed = "the same fault came back";
        }
        line.lastFault = same;
    }

    /** Reads the answer of a call as a kernel. */
    Reading read(Call call) {
        return ReplyReader.kernel(call.answer == null ? "" : call.answer, language, signature);
    }

    /** Returns whether a kernel of the same text was proposed before. */
    boolean isKnown(KernelTemplate template) {
        return sources.contains(template.text().strip());
    }

    /** Returns the source of a candidate. */
    KernelSource source(Candidate candidate) {
        return candidate.template().expand(candidate.parameters, signature);
    }

    private Call call(int number) {
        if (number < 1 || number > calls.size()) {
            throw new IllegalStateException("the session names call " + number + ", but has " + calls.size());
        }
        return calls.get(number - 1);
    }

    private Candidate candidate(int number) {
        if (number < 1 || number > candidates.size()) {
            throw new IllegalStateException("the session names candidate " + number + ", but has " + candidates.size());
        }
        return candidates.get(number - 1);
    }

    List<Call> calls() {
        return calls;
    }

    List<Candidate> candidates() {
        return candidates;
    }

    List<Line> lines() {
        return lines;
    }

    List<ReplyReader.Idea> ideas() {
        return ideas;
    }

    boolean hasRules(String digest) {
        return rules.containsKey(digest);
    }

    String rules(String digest) {
        return rules.getOrDefault(digest, "");
    }

    Progress.@Nullable Attempt earlier() {
        return earlier;
    }

    /** Returns how long a launch of the baseline takes; NaN if that is not known. */
    double baselineNanos() {
        return baselineNanos;
    }

    Spending spent() {
        return spent;
    }

    boolean isPlanned() {
        return planned;
    }

    int unusableInARow() {
        return unusableInARow;
    }

    boolean isEnded() {
        return !ended.isEmpty();
    }

    String endReason() {
        return ended;
    }

    /** Returns the candidate that waits for its verdict. */
    Optional<Candidate> unjudged() {
        return candidates.isEmpty() || candidates.getLast().verdict != null
                ? Optional.empty()
                : Optional.of(candidates.getLast());
    }

    /** Returns the call that waits for its answer, or whose answer waits to be read. */
    Optional<Call> openCall() {
        return calls.isEmpty() || calls.getLast().done ? Optional.empty() : Optional.of(calls.getLast());
    }

    /** Returns the fastest right candidate. */
    Optional<Candidate> best() {
        Candidate best = null;
        for (Candidate candidate : candidates) {
            if (candidate.isRight() && (best == null || candidate.nanos() < best.nanos())) {
                best = candidate;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Returns the candidates with verdicts, as prompts show them. */
    List<Attempt> attempts() {
        List<Attempt> attempts = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (candidate.verdict != null) {
                attempts.add(attempt(candidate, candidate.verdict));
            }
        }
        return attempts;
    }

    Attempt attempt(Candidate candidate, Verdict verdict) {
        return new Attempt(candidate.number, idea(candidate), candidate.parameters, verdict);
    }

    /** Returns what the author of a candidate called its idea, or that of its line where it has no name of its own. */
    String idea(Candidate candidate) {
        return candidate.call.idea.isEmpty() ? lines.get(candidate.call.line).idea : candidate.call.idea;
    }
}
