package dev.kernelwright.tuning.llm;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.TemplateGenerator;
import dev.kernelwright.tuning.llm.ModelCaller.Answer;
import dev.kernelwright.tuning.llm.SearchState.Call;
import dev.kernelwright.tuning.llm.SearchState.Candidate;
import dev.kernelwright.tuning.llm.SearchState.Line;
import dev.kernelwright.tuning.llm.budget.BudgetExhaustedException;
import dev.kernelwright.tuning.llm.model.ModelException;
import dev.kernelwright.tuning.llm.model.ModelRequest;
import dev.kernelwright.tuning.llm.prompt.Progress;
import dev.kernelwright.tuning.llm.prompt.Prompt;
import dev.kernelwright.tuning.llm.prompt.PromptWriter;
import dev.kernelwright.tuning.llm.prompt.ReplyReader.Idea;
import dev.kernelwright.tuning.llm.prompt.ReplyReader.Reading;
import dev.kernelwright.tuning.llm.prompt.Step;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionEvent.Verdict;
import dev.kernelwright.tuning.llm.session.SessionLog;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One search of a model's: writes down each event before it acts on it.
 *
 * <p>{@link SearchState} says where the search is and {@link NextStep} what follows; this class does it.
 */
final class ModelSearch implements KernelGenerator.Search {
    /** A candidate that ends every process that judges it must not end every later search too. */
    private static final int MAX_RESUMPTIONS = 2;
    private static final int MAX_LOG_CHARS = 16_000;
    private static final int MAX_MESSAGE_CHARS = 16_000;

    private final TuningRequest request;
    private final LlmSettings settings;
    private final SessionLog log;
    private final String session;
    private final SearchState state;
    private final PromptWriter writer;
    private final Map<Step, ModelCaller> callers;
    private final long deadlineNanos;
    /** The best of a session that goes on: judged anew, since a log is not trusted. */
    private @Nullable Candidate unproven;
    private @Nullable Candidate current;
    private DoubleSupplier baseline = () -> Double.NaN;
    /** The search of the parameters in the last kernel. */
    private KernelGenerator.@Nullable Search points;

    /**
     * Creates a search.
     *
     * @param log the log, with the events so far
     * @param session its name
     * @param callers who is asked for each step
     */
    ModelSearch(TuningRequest request, LlmSettings settings, SessionLog log, String session, SearchState state,
            PromptWriter writer, Map<Step, ModelCaller> callers) {
        this.request = request;
        this.settings = settings;
        this.log = log;
        this.session = session;
        this.state = state;
        this.writer = writer;
        this.callers = callers;
        this.deadlineNanos = System.nanoTime() + request.budget().time().toNanos();
        this.unproven = state.unjudged().isPresent() ? null : state.best().orElse(null);
    }

    @Override
    public void baseline(DoubleSupplier nanos) {
        baseline = nanos;
    }

    @Override
    public Optional<KernelSource> next() {
        Candidate again = unproven;
        if (again != null) {
            unproven = null;
            return propose(again);
        }
        while (true) {
            if (state.isEnded()) {
                return Optional.empty();
            }
            Optional<Candidate> waiting = state.unjudged();
            if (waiting.isPresent() && waiting.get().resumptions > MAX_RESUMPTIONS) {
                record(new SessionEvent.Judged(waiting.get().number, new Verdict(ReasonCode.CRASHED,
                        "no verdict came of it in " + (MAX_RESUMPTIONS + 1) + " processes, which all ended before",
                        Double.NaN, Double.NaN, Double.NaN, Double.NaN)));
                continue;
            }
            if (waiting.isPresent()) {
                return propose(waiting.get());
            }
            Optional<Call> open = state.openCall();
            if (open.isPresent()) {
                if (open.get().answer == null) {
                    ask(open.get());
                } else {
                    read(open.get());
                }
            } else if (!proposePoint()) {
                decide();
            }
        }
    }

    private Optional<KernelSource> propose(Candidate candidate) {
        current = candidate;
        return Optional.of(state.source(candidate));
    }

    private void record(SessionEvent event) {
        try {
            log.append(event);
        } catch (IOException e) {
            throw new ModelUnavailableException("the session's log " + log.file() + " cannot be written: " + e);
        }
        state.apply(event);
    }

    private void decide() {
        switch (NextStep.of(state, settings)) {
            case NextStep.End(String reason) -> end(reason);
            case NextStep.Ask(Step step, int line) -> {
                learnBaseline();
                Prompt prompt = writer.write(step, progress(step, line));
                if (!state.hasRules(prompt.systemDigest())) {
                    record(new SessionEvent.Rules(prompt.systemDigest(), prompt.system()));
                }
                record(new SessionEvent.Asked(state.calls().size() + 1, step.toString(), line, prompt.systemDigest(),
                        prompt.user(), prompt.digest()));
            }
        }
    }

    /** Needed by the first question alone, since each verdict has it. */
    private void learnBaseline() {
        if (state.calls().isEmpty() && Double.isNaN(state.baselineNanos())) {
            double nanos = baseline.getAsDouble();
            if (!Double.isNaN(nanos)) {
                record(new SessionEvent.Baseline(nanos));
            }
        }
    }

    private void end(String reason) {
        record(new SessionEvent.Ended(reason));
        if (state.candidates().isEmpty()) {
            throw new ModelUnavailableException("the model proposed no kernel: " + reason);
        }
    }

    private Progress progress(Step step, int index) {
        List<String> ideas = new ArrayList<>(state.lines().stream().filter(line -> line.index != index)
                .map(line -> line.idea.isEmpty() ? "(without a name)" : line.idea).toList());
        Line line = index >= 0 && index < state.lines().size() ? state.lines().get(index) : null;
        String idea = line != null
                ? line.idea
                : step == Step.DRAFT && index >= 0 && index < state.ideas().size()
                        ? state.ideas().get(index).toString()
                        : "";
        Progress.Subject subject = null;
        if (line != null && line.subject != null && line.subject.verdict != null) {
            subject = new Progress.Subject(state.attempt(line.subject, line.subject.verdict),
                    line.subject.template().text(), line.subject.log, line.subject.report);
            idea = state.idea(line.subject);
        }
        if (step == Step.RESTART) {
            state.ideas().stream().map(Idea::toString).filter(each -> !ideas.contains(each)).forEach(ideas::add);
        }
        return new Progress(state.baselineNanos(), state.earlier(), state.attempts(), idea, subject, lastFault(index),
                line == null ? "" : line.critique, ideas);
    }

    /** Returns why the last answer of a line could not be used, if it could not. */
    private String lastFault(int line) {
        for (int i = state.calls().size() - 1; i >= 0; i--) {
            if (state.calls().get(i).line == line) {
                return state.calls().get(i).fault;
            }
        }
        return "";
    }

    private void ask(Call call) {
        ModelCaller caller = callers.get(call.step);
        if (caller == null) {
            throw new IllegalStateException("nobody is there to be asked for a " + call.step);
        }
        long remaining = deadlineNanos - System.nanoTime();
        if (remaining <= 0) {
            throw new ModelUnavailableException("the time for this search is over; it can be resumed");
        }
        Duration timeout = Duration.ofNanos(Math.min(remaining, settings.callTime().toNanos()));
        ModelRequest question = new ModelRequest(session + "-" + call.number, state.rules(call.system), call.user,
                call.step == Step.PLAN ? ModelRequest.Form.IDEAS : ModelRequest.Form.TEXT,
                settings.maxOutputTokens(), caller.isPatient() ? Duration.ofNanos(remaining) : timeout);
        try {
            Answer answer = caller.ask(request.key().digest(), question, deadlineNanos);
            record(new SessionEvent.Answered(call.number, answer.reply().text(), answer.inputTokens(),
                    answer.outputTokens(), answer.booked().microDollars(), answer.booked().millis()));
        } catch (ModelException e) {
            if (e.kind() == ModelException.Kind.UNUSABLE) {
                record(new SessionEvent.Unusable(call.number, String.valueOf(e.getMessage())));
            } else {
                throw new ModelUnavailableException(String.valueOf(e.getMessage()));
            }
        } catch (BudgetExhaustedException e) {
            end(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new ModelUnavailableException("the ledger of the agent cannot be used: " + e.getMessage());
        }
    }

    private void read(Call call) {
        if (call.step == Step.PLAN || call.step == Step.CRITIQUE) {
            record(new SessionEvent.Understood(call.number));
            return;
        }
        switch (state.read(call)) {
            case Reading.Fault(String reason) -> record(new SessionEvent.Unusable(call.number, reason));
            case Reading.Kernel(KernelTemplate template, String _) when state.isKnown(template) ->
                record(new SessionEvent.Unusable(call.number, "this very kernel was judged before: write another"));
            case Reading.Kernel(KernelTemplate template, String _) -> {
                KernelGenerator.Search search = pointsOf(template);
                points = search;
                Optional<KernelSource> first = search.next();
                if (first.isEmpty()) {
                    record(new SessionEvent.Unusable(call.number, "no point satisfies the @require lines"));
                } else {
                    record(new SessionEvent.Proposed(state.candidates().size() + 1, call.number,
                            first.get().parameters()));
                }
            }
        }
    }

    private KernelGenerator.Search pointsOf(KernelTemplate template) {
        Duration time = Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
        return new TemplateGenerator().start(new TuningRequest(request.key(), request.workload(), request.backend(),
                request.threads(), Optional.of(template), new TuningBudget(time, settings.points()),
                request.rooflines()));
    }

    /** Proposes another point of the last kernel's search space, if it was right and there is one. */
    private boolean proposePoint() {
        if (state.candidates().isEmpty()) {
            return false;
        }
        Call call = state.candidates().getLast().call;
        if (call.number != state.calls().size() || call.points.size() >= settings.points()
                || !call.points.getFirst().isRight() || call.template == null
                || call.template.parameters().isEmpty()) {
            return false;
        }
        KernelGenerator.Search search = points;
        if (search == null) {
            search = pointsOf(call.template);
            for (Candidate point : call.points) {
                Optional<KernelSource> same = search.next();
                if (same.isEmpty() || point.verdict == null) {
                    return false;
                }
                search.learn(same.get(), evaluation(point.verdict));
            }
            points = search;
        }
        Optional<KernelSource> next = search.next();
        if (next.isEmpty() || call.points.stream().anyMatch(each -> each.parameters.equals(next.get().parameters()))) {
            return false;
        }
        record(new SessionEvent.Proposed(state.candidates().size() + 1, call.number, next.get().parameters()));
        return true;
    }

    private static Evaluation evaluation(Verdict verdict) {
        return new Evaluation(verdict.reason(), verdict.message(), verdict.worstErrorRatio(),
                timing(verdict.kernelNanos()), timing(verdict.baselineNanos()), verdict.floorNanos(), null);
    }

    private static @Nullable Timing timing(double nanos) {
        return Double.isNaN(nanos) ? null : Timing.of(new double[]{nanos});
    }

    @Override
    public void compiled(String compilerLog) {
        if (current != null) {
            record(new SessionEvent.Compiled(current.number, shorten(compilerLog, MAX_LOG_CHARS)));
        }
    }

    @Override
    public void loaded(String report) {
        if (current != null) {
            record(new SessionEvent.Loaded(current.number, shorten(report, MAX_LOG_CHARS)));
        }
    }

    @Override
    public void learn(KernelSource source, Evaluation evaluation) {
        Verdict verdict = new Verdict(evaluation.reason(), shorten(evaluation.hint(), MAX_MESSAGE_CHARS),
                evaluation.worstErrorRatio(), median(evaluation.kernel()), median(evaluation.baseline()),
                evaluation.floorNanos());
        Candidate judged = current;
        current = null;
        if (judged == null) {
            record(new SessionEvent.Earlier(source.text(), source.parameters(), verdict));
            return;
        }
        if (points != null && judged.verdict == null && judged == state.candidates().getLast()) {
            points.learn(source, evaluation);
        }
        record(new SessionEvent.Judged(judged.number, verdict));
    }

    private static double median(@Nullable Timing timing) {
        return timing == null ? Double.NaN : timing.medianNanos();
    }

    private static String shorten(String text, int maxChars) {
        return text.length() <= maxChars ? text : text.substring(0, maxChars) + " ...";
    }

    @Override
    public Map<String, String> provenance(KernelSource candidate) {
        Map<String, String> made = new LinkedHashMap<>();
        if (current != null) {
            ModelCaller caller = callers.get(current.call.step);
            made.put("model", caller == null ? settings.author().toString() : caller.name());
            made.put("prompt", current.call.prompt);
        }
        made.put("session", session);
        made.put("calls", Long.toString(state.spent().calls()));
        made.put("tokens", Long.toString(state.spent().tokens()));
        made.put("dollars", String.format(Locale.ROOT, "%.4f", state.spent().microDollars() / 1e6));
        return made;
    }
}
