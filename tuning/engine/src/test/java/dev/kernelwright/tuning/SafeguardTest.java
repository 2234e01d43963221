package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.WorkerLimits;
import dev.kernelwright.tuning.verify.KernelTimer.Effort;
import dev.kernelwright.tuning.verify.Safeguard;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every safeguard is needed: without it, a kernel gets another verdict, and mostly the one that it must not get. */
@Timeout(60)
class SafeguardTest {
    private static final WorkerLimits LIMITS = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(1));

    private static Evaluation evaluate(Behaviour behaviour, Set<Safeguard> safeguards) throws IOException {
        // What earlier launches leave is only looked at in a full verification.
        Effort effort = behaviour == Behaviour.SKIPS_WHAT_IS_DONE ? Effort.FINAL : Effort.SEARCH;
        try (KernelEvaluator evaluator = new KernelEvaluator(TestOps.fixed(),
                FakeBackendProvider.open(FakeBackendProvider.ORDINARY), 1, new Rooflines(Optional.empty()), LIMITS,
                safeguards)) {
            return evaluator.evaluate(FakeBackend.source(behaviour), effort,
                    Deadline.after(Duration.ofSeconds(30))).evaluation();
        }
    }

    @ParameterizedTest
    @CsvSource({
            "POISON, SKIPS_REPEATED_INPUTS, OUTPUT_UNWRITTEN, ACCEPTED",
            "GUARD_BANDS, WRITES_BEHIND, OUT_OF_BOUNDS, ACCEPTED",
            // The next launch works on the changed input, and so gives something else.
            "INPUTS, MUTATES_INPUT, INPUT_MUTATED, NON_DETERMINISTIC",
            // The last bits are those that small integers must have right.
            "DETERMINISM, RANDOM, NON_DETERMINISTIC, WRONG_NUMERICS",
            "EXACT_INTEGERS, OFF_BY_AN_ULP, WRONG_NUMERICS, ACCEPTED",
            "SLICES, NEEDS_ALIGNMENT, CRASHED, ACCEPTED",
            "BASELINE_ERROR, IMPRECISE, WRONG_NUMERICS, ACCEPTED",
            "TIMED_RESULTS, WRONG_IN_A_HURRY, STATEFUL, ACCEPTED",
            "LEFTOVERS, SKIPS_WHAT_IS_DONE, STATEFUL, ACCEPTED",
            "FLOOR, INSTANT, FASTER_THAN_PHYSICS, ACCEPTED"})
    void withoutItAnAttackGetsFurther(Safeguard safeguard, Behaviour attack, ReasonCode with, ReasonCode without)
            throws IOException {
        Evaluation guarded = evaluate(attack, Safeguard.all());
        assertThat(guarded.reason()).as(guarded.message()).isEqualTo(with);
        Evaluation unguarded = evaluate(attack, EnumSet.complementOf(EnumSet.of(safeguard)));
        assertThat(unguarded.reason()).as(unguarded.message()).isEqualTo(without);
    }
}
