package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Relaxation;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.Verification;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.FakeKernel;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.isolation.Sandbox;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.WorkerLimits;
import dev.kernelwright.tuning.trial.WorkerRemains;
import dev.kernelwright.tuning.verify.KernelTimer.Effort;
import dev.kernelwright.tuning.verify.Safeguard;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every verdict, through a real child process. */
@Timeout(60)
class KernelEvaluatorTest {
    private static final WorkerLimits LIMITS = new WorkerLimits(64, Duration.ofSeconds(30), Duration.ofSeconds(1));
    private static KernelEvaluator evaluator;
    private static KernelEvaluator rangedEvaluator;

    @BeforeAll
    static void open() {
        evaluator = open(TestOps.fixed(), FakeBackendProvider.ORDINARY);
        rangedEvaluator = open(TestOps.ranged(), FakeBackendProvider.ORDINARY);
    }

    private static KernelEvaluator open(Workload workload, int device) {
        return new KernelEvaluator(workload, FakeBackendProvider.open(device), 1, new Rooflines(Optional.empty()),
                LIMITS,
                Safeguard.all());
    }

    @AfterAll
    static void nothingIsLeftBehind() throws IOException {
        evaluator.close();
        rangedEvaluator.close();
        WorkerRemains.assertNone();
    }

    private static Evaluation evaluate(KernelEvaluator evaluator, Behaviour behaviour) throws IOException {
        return evaluator.evaluate(FakeBackend.source(behaviour), Effort.SEARCH, Deadline.after(Duration.ofSeconds(30)))
                .evaluation();
    }

    @Test
    void timesAreTheDevicesWhereItHasEventsAndTheHostsClockContradictsThoseThatLie() throws IOException {
        try (KernelEvaluator lied = open(TestOps.fixed(), FakeBackendProvider.LYING_EVENTS)) {
            Evaluation found = lied.evaluate(FakeBackend.source(Behaviour.CORRECT), Duration.ofSeconds(30));
            assertThat(found.reason()).as(found.message()).isEqualTo(ReasonCode.CLOCK_MISMATCH);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            COMPILE_ERROR           | COMPILE_ERROR       | line 1: ';' expected
            COMPILER_BUG            | COMPILE_ERROR       | the compiler failed: java.lang.IllegalStateException: a bug
            FORBIDDEN               | FORBIDDEN_MEMBER    | java/lang/System.exit
            REFUSED_WHEN_LOADED     | FORBIDDEN_MEMBER    | refused when it was loaded
            INVALID_PLAN            | INVALID_PLAN        | the grid has 3 dimensions
            WRONG_LAST              | WRONG_NUMERICS      | 1 of 512 compared elements are wrong, first 'y' at [7, 63]
            ZEROS                   | WRONG_NUMERICS      | on normal data with rows=8, cols=64
            NANS                    | WRONG_NUMERICS      | found NaN
            STALE                   | STATEFUL            | the results depend on earlier launches
            LAZY_WHEN_TIMED         | STATEFUL            | the results depend on earlier launches
            SPOILS_EARLIER_RESULTS  | OUT_OF_BOUNDS       | the kernel changed what an earlier launch had left
            WRONG_IN_A_HURRY        | STATEFUL            | the results are wrong in the launches that were timed: 1 of
            UNWRITTEN               | OUTPUT_UNWRITTEN    | left the output 'y' unwritten at [1, 6]
            WRITES_BEHIND           | OUT_OF_BOUNDS       | bytes behind the end of 'y'
            WRITES_BEFORE           | OUT_OF_BOUNDS       | bytes before the beginning of 'x'
            WRITES_BEHIND_WORKSPACE | OUT_OF_BOUNDS       | bytes behind the end of the workspace
            READS_BEHIND            | OUT_OF_BOUNDS       | IndexOutOfBoundsException
            MUTATES_INPUT           | INPUT_MUTATED       | its input 'b', at [5]
            RANDOM                  | NON_DETERMINISTIC   | different results again and again
            RANDOM_LATER            | NON_DETERMINISTIC   | different results again and again
            READS_STALE_WORKSPACE   | NON_DETERMINISTIC   | different results again and again
            OFF_BY_AN_ULP           | WRONG_NUMERICS      | on small integers with rows=8, cols=64
            IMPRECISE               | WRONG_NUMERICS      | within their bounds but not precise
            SKIPS_REPEATED_INPUTS   | OUTPUT_UNWRITTEN    | left the output 'y' unwritten at [0, 0]
            INSTANT                 | FASTER_THAN_PHYSICS | but the device needs at least
            SLOW                    | NOT_FASTER          | not faster by more than the measured noise
            ENDLESS                 | TIMEOUT             | within 1.0 s
            THROWS                  | CRASHED             | java.lang.IllegalStateException: as it was told to
            THROWS_WHEN_LOADED      | CRASHED             | a static initialiser failed
            RECURSES                | CRASHED             | StackOverflowError
            EXITS                   | CRASHED             | exited with code 42
            HALTS                   | CRASHED             | exited with code 43
            SEGFAULTS               | CRASHED             | SIGSEGV
            ALLOCATES               | CRASHED             | java.lang.OutOfMemoryError
            CLAIMS_ACCEPTANCE       | CRASHED             | sent a malformed reply: acceptance was claimed
            CORRECT                 | ACCEPTED            | times as fast
            CORRECT_WITH_WORKSPACE  | ACCEPTED            | times as fast
            CORRECT_AFTER_SETTLING  | ACCEPTED            | times as fast
            """)
    void everyBehaviourGetsItsReasonAndAMessageToActOn(Behaviour behaviour, ReasonCode reason, String part)
            throws IOException {
        Evaluation evaluation = evaluate(evaluator, behaviour);
        assertThat(evaluation.reason()).as(evaluation.message()).isEqualTo(reason);
        assertThat(evaluation.message()).contains(part);
        assertThat(evaluation.kernel() != null).isEqualTo(reason == ReasonCode.ACCEPTED
                || reason == ReasonCode.NOT_FASTER || reason == ReasonCode.FASTER_THAN_PHYSICS);
        assertNothingRightIsTold(evaluation);
    }

    /** A whole number may be in a hint as an index or a count, so only fractions are looked for. */
    private static void assertNothingRightIsTold(Evaluation evaluation) {
        Matcher expected = Pattern.compile("expected (\\S+), found").matcher(evaluation.message());
        boolean tellsWhatIsRight = expected.find();
        if (!tellsWhatIsRight) {
            assertThat(evaluation.hint()).isEqualTo(evaluation.message());
            return;
        }
        assertThat(evaluation.hint()).contains(": found ").doesNotContain("expected", "allowed error");
        do {
            if (expected.group(1).contains(".")) {
                assertThat(evaluation.hint()).doesNotContain(expected.group(1));
            }
        } while (expected.find());
    }

    @Test
    void anAcceptedKernelHasItsTimesItsErrorAndItsFloor() throws IOException {
        Evaluation evaluation = evaluator.evaluate(FakeBackend.source(Behaviour.CORRECT), Duration.ofSeconds(30));
        assertThat(evaluation.accepted()).as(evaluation.message()).isTrue();
        // A spin never ends early; how late it ends depends on who else uses the machine.
        assertThat(evaluation.kernel().minNanos()).isBetween(1.0 * FakeKernel.CORRECT_NANOS,
                2.0 * FakeKernel.CORRECT_NANOS);
        assertThat(evaluation.baseline().minNanos()).isGreaterThanOrEqualTo(FakeKernel.BASELINE_NANOS);
        for (Timing timing : List.of(evaluation.kernel(), evaluation.baseline())) {
            assertThat(timing.medianNanos()).isBetween(timing.medianLowNanos(), timing.medianHighNanos());
            assertThat(timing.samples()).isPositive();
        }
        assertThat(evaluation.speedup()).isGreaterThan(2);
        // One fused or two plain roundings, of the eight that are allowed.
        assertThat(evaluation.worstErrorRatio()).isBetween(0.01, 0.5);
        assertThat(evaluation.floorNanos()).isEqualTo(4 * (512 + 64 + 512) / FakeBackend.BYTES_PER_SECOND * 1e9);
    }

    @Test
    void aRangedKernelIsTriedOnOtherShapesThanTheTimedOne() throws IOException {
        assertThat(evaluate(evaluator, Behaviour.WRONG_FOR_SMALL_SHAPES).reason()).isEqualTo(ReasonCode.ACCEPTED);
        Evaluation evaluation = evaluate(rangedEvaluator, Behaviour.WRONG_FOR_SMALL_SHAPES);
        assertThat(evaluation.reason()).isEqualTo(ReasonCode.WRONG_NUMERICS);
        assertThat(evaluation.message()).contains("with rows=1, cols=64");
        assertThat(evaluate(rangedEvaluator, Behaviour.CORRECT).reason()).isEqualTo(ReasonCode.ACCEPTED);
    }

    @Test
    void aRangeThatBeginsAtZeroIsTriedThereToo() throws IOException {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 0, 2).axis("cols", 64).build();
        try (KernelEvaluator fromZero = open(workload, FakeBackendProvider.ORDINARY)) {
            assertThat(evaluate(fromZero, Behaviour.CORRECT).reason()).isEqualTo(ReasonCode.ACCEPTED);
            assertThat(evaluate(fromZero, Behaviour.WRITES_BEHIND).reason()).isEqualTo(ReasonCode.OUT_OF_BOUNDS);
        }
    }

    @Test
    void integersAndIndicesAreTriedToo() throws IOException {
        try (KernelEvaluator gather = open(TestOps.gather(), FakeBackendProvider.ORDINARY)) {
            Evaluation right = evaluate(gather, Behaviour.CORRECT);
            assertThat(right.reason()).as(right.message()).isEqualTo(ReasonCode.ACCEPTED);
            Evaluation unwritten = evaluate(gather, Behaviour.UNWRITTEN_INTEGER);
            assertThat(unwritten.reason()).isEqualTo(ReasonCode.OUTPUT_UNWRITTEN);
            assertThat(unwritten.message()).contains("'where' unwritten at [3]");
        }
    }

    @Test
    void theReferenceIsTheBaselineWhereTheBackendHasNone() throws IOException {
        // Large enough for the reference to take longer than the kernel does.
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 64).axis("cols", 512).build();
        try (KernelEvaluator without = open(workload, FakeBackendProvider.WITHOUT_BASELINE)) {
            Evaluation evaluation = evaluate(without, Behaviour.INSTANT);
            assertThat(evaluation.baseline()).as(evaluation.message()).isNotNull();
            assertThat(evaluation.baseline().samples()).isBetween(1, 5);
        }
    }

    @Test
    void aKernelThatLeavesAloneWhatIsRightAlreadyGainsNothing() throws IOException {
        Evaluation evaluation = evaluate(evaluator, Behaviour.SKIPS_WHAT_IS_DONE);
        assertThat(evaluation.reason()).as(evaluation.message()).isEqualTo(ReasonCode.ACCEPTED);
        assertThat(evaluation.kernel().minNanos()).isGreaterThanOrEqualTo(FakeKernel.CORRECT_NANOS);
    }

    @Test
    void aRecordSaysHowFarAKernelWasChecked() throws IOException {
        Verification verification = evaluator.evaluate(FakeBackend.source(Behaviour.CORRECT), Duration.ofSeconds(30))
                .verification();
        assertThat(verification.bound()).isEqualTo("(8 + 4 sqrt(0)) u m = 8.0 u m, with u = 2^-24 and m the sum of the"
                + " terms' absolute values; exact on small integers");
        assertThat(verification.stages()).startsWith("normal data").contains("small integers", "normal data with NaN")
                .hasSize(14);
        // Twelve kinds of data, three leftovers and the slices.
        assertThat(verification.comparedElements()).isEqualTo((12 + 3 + 1) * 512);
        assertThat(verification.errorRms()).isCloseTo(verification.baselineErrorRms(), within(0.2)).isPositive();
        assertThat(verification.spread()).isZero();
        assertThat(verification.isolation()).isEqualTo(Sandbox.available().level().toString());
    }

    @Test
    void ofAProductThatTakesTooLongASampleIsCompared() throws IOException {
        OpDefinition slow = OpDefinition.named("scale_add", 1).formula("that of scale_add").axes("rows", "cols")
                .attribute("factor", 2).input("x", "rows", "cols").input("b", "cols").output("y", "rows", "cols")
                // What is affordable in full, twice.
                .flops("40000000000 + 0 * rows").accuracy(8, "0").reference("rows", TestOps.SCALE_ADD.reference())
                .build();
        Workload workload = slow.workload(DType.F32).axis("rows", 8).axis("cols", 64).build();
        try (KernelEvaluator sampling = open(workload, FakeBackendProvider.ORDINARY)) {
            Verification verification =
                    sampling.evaluate(FakeBackend.source(Behaviour.CORRECT), Duration.ofSeconds(30)).verification();
            // Half of the rows on normal data, and the least there is, four, on six other kinds, three leftovers and the
            // slices.
            assertThat(verification.comparedElements()).isEqualTo((1 + 6 + 3 + 1) * 4 * 64);
            assertThat(evaluate(sampling, Behaviour.WRONG_LAST).message()).contains("1 of 256 compared elements");
        }
    }

    @Test
    void aKernelThatIsSurprisinglyFastIsTimedAgainInAFreshProcess() throws IOException {
        try (KernelEvaluator slow = open(TestOps.fixed(), FakeBackendProvider.SLOW_BASELINE)) {
            Evaluation evaluation = evaluate(slow, Behaviour.FAST_ONCE_VERIFIED);
            assertThat(evaluation.reason()).as(evaluation.message()).isEqualTo(ReasonCode.ACCEPTED);
            // There it is not verified once more; where it was, it takes a sixteenth of that.
            assertThat(evaluation.kernel().minNanos()).isGreaterThanOrEqualTo(2 * FakeKernel.BASELINE_NANOS);
            assertThat(evaluation.verification().stages()).isNotEmpty();
        }
    }

    @Test
    void aWorkloadMayAllowResultsThatDifferWithinTheirBounds() throws IOException {
        Workload workload = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 8).axis("cols", 64)
                .allow(Relaxation.NON_DETERMINISTIC).build();
        try (KernelEvaluator tolerant = open(workload, FakeBackendProvider.ORDINARY)) {
            Evaluation evaluation = evaluate(tolerant, Behaviour.RANDOM_FRACTIONS);
            assertThat(evaluation.reason()).as(evaluation.message()).isEqualTo(ReasonCode.ACCEPTED);
            assertThat(evaluation.verification().spread()).isBetween(0x1p-30, 0x1p-10);
        }
        assertThat(evaluate(evaluator, Behaviour.RANDOM_FRACTIONS).reason()).isEqualTo(ReasonCode.NON_DETERMINISTIC);
    }

    @Test
    void aSlowBaselineIsTimedOnceAndNotWithEveryCandidate() throws IOException {
        try (KernelEvaluator slow = open(TestOps.fixed(), FakeBackendProvider.SLOW_BASELINE)) {
            Evaluation first = evaluate(slow, Behaviour.SLOW);
            assertThat(first.reason()).as(first.message()).isEqualTo(ReasonCode.ACCEPTED);
            assertThat(first.baseline().minNanos()).isGreaterThanOrEqualTo(FakeKernel.SLOW_BASELINE_NANOS);
            assertThat(evaluate(slow, Behaviour.CORRECT).baseline()).isEqualTo(first.baseline());
        }
    }

    @Test
    void aBaselineThatFailsIsNoCandidatesFault() {
        try (KernelEvaluator broken = open(TestOps.fixed(), FakeBackendProvider.BROKEN_BASELINE)) {
            assertThatThrownBy(() -> evaluate(broken, Behaviour.CORRECT)).isInstanceOf(IOException.class)
                    .hasMessageContaining("as it was told to");
        }
    }

    @Test
    void anEvaluationEndsAtItsLimit() throws IOException {
        try (KernelEvaluator patient = new KernelEvaluator(TestOps.fixed(),
                FakeBackendProvider.open(FakeBackendProvider.ORDINARY), 1, new Rooflines(Optional.empty()))) {
            long start = System.nanoTime();
            Evaluation evaluation = patient.evaluate(FakeBackend.source(Behaviour.ENDLESS), Duration.ofMillis(1_200));
            assertThat(evaluation.reason()).isEqualTo(ReasonCode.TIMEOUT);
            assertThat(System.nanoTime() - start).isLessThan(3_200_000_000L);
        }
    }

    @Test
    void theStartOfAWorkerCountsTowardsTheLimit() throws IOException {
        try (KernelEvaluator hurried = open(TestOps.fixed(), FakeBackendProvider.ORDINARY)) {
            // No JVM starts in that time.
            Evaluation evaluation = hurried.evaluate(FakeBackend.source(Behaviour.CORRECT), Duration.ofMillis(5));
            assertThat(evaluation.reason()).isEqualTo(ReasonCode.TIMEOUT);
            assertThat(evaluation.message()).isEqualTo("the time that was allowed ended before the verdict");
            assertThat(evaluate(hurried, Behaviour.CORRECT).reason()).isEqualTo(ReasonCode.ACCEPTED);
        }
    }

    @Test
    void aClosedEvaluatorStartsNothing() {
        KernelEvaluator closed = open(TestOps.fixed(), FakeBackendProvider.ORDINARY);
        closed.close();
        assertThatThrownBy(() -> evaluate(closed, Behaviour.CORRECT)).isInstanceOf(IOException.class)
                .hasMessageContaining("was closed");
    }

    @Test
    void aWorkloadThatIsEmptyOrTooLargeIsRefused() {
        Workload empty = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 0).axis("cols", 64).build();
        assertThatThrownBy(() -> open(empty, FakeBackendProvider.ORDINARY))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a tensor without elements");
        Workload large = TestOps.SCALE_ADD.workload(DType.F32).axis("rows", 1 << 14).axis("cols", 1 << 14).build();
        assertThatThrownBy(() -> open(large, FakeBackendProvider.ORDINARY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2048 MiB, but kernels are tried on at most 2048 MiB");
    }
}
