package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    private static final long START_NANOS = 1_000;

    private static Tally.Contender judgedIn(Duration judged) throws Exception {
        KernelSignature signature = TestOps.fixed().signature();
        KernelSource source = FakeBackend.source(Behaviour.CORRECT);
        return new Tally.Contender(1, "template", source,
                FakeBackendProvider.open(FakeBackendProvider.ORDINARY).compile(source, signature),
                Evaluation.rejected(ReasonCode.NOT_FASTER, "without times"), judged.toNanos());
    }

    private static Schedule of(Duration budget) {
        return new Schedule(START_NANOS, budget.toNanos());
    }

    private static Duration sinceStart(Deadline deadline) {
        return Duration.ofNanos(deadline.atNanos() - START_NANOS);
    }

    private static Duration searching(Duration budget, Tally.@Nullable Contender best) {
        return sinceStart(of(budget).searchEnd(best));
    }

    /** Returns when the confirmation ends at the latest that begins after the given time. */
    private static Duration confirmed(Duration budget, Tally.Contender contender, Duration begun) {
        return sinceStart(of(budget).confirmationEnd(contender, START_NANOS + begun.toNanos()));
    }

    @Test
    void aPartIsKeptBackForTheConfirmation() {
        assertThat(searching(Duration.ofMinutes(2), null)).isEqualTo(Duration.ofSeconds(102));
        assertThat(searching(Duration.ofSeconds(10), null)).isEqualTo(Duration.ofSeconds(8));
        assertThat(searching(Duration.ofSeconds(1), null)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void moreIsKeptBackWhereTheBestTookLongToBeJudged() throws Exception {
        Duration budget = Duration.ofMinutes(2);
        assertThat(searching(budget, judgedIn(Duration.ofSeconds(1)))).isEqualTo(Duration.ofSeconds(102));
        assertThat(searching(budget, judgedIn(Duration.ofSeconds(8)))).isEqualTo(Duration.ofSeconds(80));
        assertThat(searching(budget, judgedIn(Duration.ofSeconds(30)))).isEqualTo(Duration.ofSeconds(60));
    }

    @Test
    void whatTookLongToJudgeMayTakeLongerToConfirm() throws Exception {
        Duration budget = Duration.ofMinutes(5);
        Duration begun = Duration.ofSeconds(100);
        assertThat(confirmed(budget, judgedIn(Duration.ZERO), begun)).isEqualTo(begun.plusSeconds(30));
        assertThat(confirmed(budget, judgedIn(Duration.ofSeconds(20)), begun)).isEqualTo(begun.plusSeconds(130));
    }

    /** A product with a gigabyte of weights, each verdict on which took a good minute, once took twice its 120 s. */
    @ParameterizedTest
    @CsvSource({"120, 75, 102", "120, 40, 60", "2, 20, 1", "120, 1, 700"})
    void noConfirmationEndsFarBehindTheBudget(long budget, long judged, long begun) throws Exception {
        assertThat(confirmed(Duration.ofSeconds(budget), judgedIn(Duration.ofSeconds(judged)),
                Duration.ofSeconds(begun))).isLessThanOrEqualTo(Duration.ofSeconds(budget).plus(Schedule.MAX_OVERRUN));
    }
}
