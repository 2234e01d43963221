package dev.kernelwright.tuning.llm;

import dev.kernelwright.tuning.llm.SearchState.Candidate;
import dev.kernelwright.tuning.llm.SearchState.Line;
import dev.kernelwright.tuning.llm.prompt.Step;
import java.util.Comparator;
import java.util.Optional;

/** Decides what a search asks next: a function of its state and settings alone. */
sealed interface NextStep {
    /** Too many answers in a row that cannot be used are not bad luck. */
    int MAX_UNUSABLE_IN_A_ROW = 6;

    /**
     * A question.
     *
     * @param step what it is for
     * @param line the line it belongs to; that of a new one is their number; -1 for none
     */
    record Ask(Step step, int line) implements NextStep {}

    /** The end. */
    record End(String reason) implements NextStep {}

    /** Returns the step that follows. */
    static NextStep of(SearchState state, LlmSettings settings) {
        if (state.unusableInARow() >= MAX_UNUSABLE_IN_A_ROW) {
            return new End(MAX_UNUSABLE_IN_A_ROW + " answers in a row could not be used");
        }
        if (isNearRoof(state, settings)) {
            return new End("the best kernel is near the roof");
        }
        if (settings.planner().isPresent() && !state.isPlanned()) {
            return new Ask(Step.PLAN, -1);
        }
        if (state.lines().size() < settings.population()) {
            return new Ask(Step.DRAFT, state.lines().size());
        }
        Optional<Line> faulty = state.lines().stream().filter(line -> isOpen(line, settings))
                .filter(line -> line.faults > 0).findFirst();
        if (faulty.isPresent()) {
            Line line = faulty.get();
            // An answer without a kernel leaves nothing to repair but the answer.
            return new Ask(line.subject == null ? Step.DRAFT : line.subject.isRight() ? Step.REFINE : Step.REPAIR,
                    line.index);
        }
        Optional<Line> best = state.lines().stream().filter(line -> isOpen(line, settings))
                .filter(line -> line.best != null)
                .min(Comparator.comparingDouble(line -> line.best == null ? Double.MAX_VALUE : line.best.nanos()));
        if (best.isPresent()) {
            boolean critique = settings.critic().isPresent() && !best.get().criticised;
            return new Ask(critique ? Step.CRITIQUE : Step.REFINE, best.get().index);
        }
        return state.lines().size() < settings.population() + settings.restarts()
                ? new Ask(Step.RESTART, state.lines().size())
                : new End("every line of work is stuck");
    }

    private static boolean isOpen(Line line, LlmSettings settings) {
        return line.closed.isEmpty() && line.faults <= settings.repairs()
                && line.turnsWithoutGain <= settings.refinements();
    }

    private static boolean isNearRoof(SearchState state, LlmSettings settings) {
        Optional<Candidate> best = state.best();
        return best.isPresent() && best.get().verdict != null
                && best.get().nanos() <= best.get().verdict.floorNanos() / settings.roofFraction();
    }
}
