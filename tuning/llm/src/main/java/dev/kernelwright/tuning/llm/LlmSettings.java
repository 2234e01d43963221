package dev.kernelwright.tuning.llm;

import dev.kernelwright.tuning.llm.budget.BudgetLimits;
import dev.kernelwright.tuning.llm.budget.PriceTable;
import dev.kernelwright.tuning.llm.model.ModelAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * How the agent works: who answers, what that may cost, and how far a search goes.
 *
 * @param author who writes kernels
 * @param planner who is asked for ideas first; empty for nobody
 * @param critic who is asked what holds a right kernel back; empty for nobody
 * @param limits what may be spent
 * @param prices what models cost
 * @param population how many lines of work are begun
 * @param repairs how often in a row a line may be wrong before it is given up
 * @param refinements how often in a row a line may bring nothing before it is given up
 * @param restarts how many further lines are begun when all are given up
 * @param points how many points of a kernel's search space are tried at most
 * @param roofFraction how near to the floor is near enough: floor / time
 * @param maxPromptTokens how long a question may be
 * @param maxOutputTokens how long an answer may be
 * @param callTime how long an answer may take
 * @param relayWait how long a relay waits for one
 * @param memory whether notes of earlier searches are read and written
 * @param retrieval whether kernels of the store are shown
 */
public record LlmSettings(ModelAddress author, Optional<ModelAddress> planner, Optional<ModelAddress> critic,
        BudgetLimits limits, PriceTable prices, int population, int repairs, int refinements, int restarts, int points,
        double roofFraction, int maxPromptTokens, int maxOutputTokens, Duration callTime, Duration relayWait,
        boolean memory, boolean retrieval) {

    /** Checks the numbers. */
    public LlmSettings {
        require("population", population, 1, 16);
        require("repairs", repairs, 0, 16);
        require("refinements", refinements, 0, 64);
        require("restarts", restarts, 0, 16);
        require("points", points, 1, 256);
        require("maxPromptTokens", maxPromptTokens, 1000, 1_000_000);
        require("maxOutputTokens", maxOutputTokens, 256, 200_000);
        if (!(roofFraction > 0 && roofFraction <= 1)) {
            throw new IllegalArgumentException("a roofFraction of " + roofFraction + " was given: use one above 0, at"
                    + " most 1");
        }
        if (callTime.isNegative() || callTime.isZero() || relayWait.isNegative()) {
            throw new IllegalArgumentException("a time of " + callTime + " for a call and " + relayWait
                    + " for a relay was given: use positive ones");
        }
    }

    private static void require(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("a value of " + value + " was given for " + what + ": use " + least
                    + " to " + most);
        }
    }

    /** Returns the defaults for an author, who plans too and is not reviewed. */
    public static LlmSettings of(ModelAddress author) {
        return new LlmSettings(author, Optional.of(author), Optional.empty(), BudgetLimits.DEFAULT,
                new PriceTable(Map.of()), 2, 3, 2, 1, 6, 0.9, 24_000, 16_000, Duration.ofMinutes(5),
                Duration.ofDays(1), true, true);
    }

    /** Returns what decides a search beside its events, in words: two searches may share a log only if it is equal. */
    String text() {
        return "planner=" + planner.map(Object::toString).orElse("none") + " critic="
                + critic.map(Object::toString).orElse("none") + " population=" + population + " repairs=" + repairs
                + " refinements=" + refinements + " restarts=" + restarts + " points=" + points + " roofFraction="
                + roofFraction + " maxPromptTokens=" + maxPromptTokens + " maxOutputTokens=" + maxOutputTokens
                + " memory=" + memory + " retrieval=" + retrieval;
    }
}
