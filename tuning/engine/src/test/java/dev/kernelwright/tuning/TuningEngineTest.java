package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TunerProvider;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningListener;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.FakeKernel;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.WorkerRemains;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class TuningEngineTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final TuningListener NO_LISTENER = (number, spent, source, evaluation) -> {
    };

    private final FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);
    private final List<Heard> heard = Collections.synchronizedList(new ArrayList<>());
    private final TuningListener listener =
            (number, spent, source, evaluation) -> heard.add(new Heard(number, spent, source, evaluation));

    private record Heard(int number, double spent, KernelSource source, Evaluation evaluation) {}

    /** Proposes what it was given, one after the other, and keeps what it learns. */
    private static final class Proposing implements KernelGenerator {
        private final String name;
        private final List<KernelSource> sources;
        private final List<ReasonCode> learnt = Collections.synchronizedList(new ArrayList<>());
        private final List<String> told = Collections.synchronizedList(new ArrayList<>());

        Proposing(String name, KernelSource... sources) {
            this.name = name;
            this.sources = List.of(sources);
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Search start(TuningRequest request) {
            return new Search() {
                private int next;

                @Override
                public Optional<KernelSource> next() {
                    return next < sources.size() ? Optional.of(sources.get(next++)) : Optional.empty();
                }

                @Override
                public void compiled(String log) {
                    told.add(log);
                }

                @Override
                public void loaded(String report) {
                    told.add(report);
                }

                @Override
                public void learn(KernelSource candidate, Evaluation evaluation) {
                    learnt.add(evaluation.reason());
                }
            };
        }
    }

    private static KernelSource source(Behaviour behaviour) {
        return FakeBackend.source(behaviour);
    }

    private static TuningEngine.Builder engine(KernelGenerator... generators) {
        return TuningEngine.builder().generators(List.of(generators)).workerHeapMebibytes(64)
                .clock(Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private TuningRequest request(Workload workload, Duration time, int candidates) {
        return request(backend, workload, time, candidates);
    }

    private static TuningRequest request(FakeBackend device, Workload workload, Duration time, int candidates) {
        return new TuningRequest(KernelKey.of(workload, device.target()), workload, device, 1, Optional.empty(),
                new TuningBudget(time, candidates), new Rooflines(Optional.empty()));
    }

    private TuningRequest request() {
        return request(TestOps.fixed(), Duration.ofSeconds(30), 50);
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        WorkerRemains.assertNone();
    }

    @Test
    void whereAGeneratorFailsBeforeItsFirstKernelNothingIsRemembered() {
        KernelGenerator failing = new KernelGenerator() {
            @Override
            public String name() {
                return "failing";
            }

            @Override
            public Search start(TuningRequest request) {
                throw new IllegalStateException("the model cannot be reached");
            }
        };
        try (Tuner tuner = engine(failing).build()) {
            CompletableFuture<TuningRecord> result = tuner.submit(request(), NO_LISTENER);
            assertThatThrownBy(result::get).hasMessageContaining("was proposed")
                    .hasMessageContaining("the model cannot be reached");
        }
    }

    @Test
    void theFastestRightKernelBecomesARecordThatSaysHowItWasFound() throws Exception {
        Proposing first = new Proposing("first", source(Behaviour.COMPILE_ERROR), source(Behaviour.CORRECT),
                source(Behaviour.WRONG_LAST), source(Behaviour.CORRECT), source(Behaviour.ZEROS));
        Proposing second = new Proposing("second", source(Behaviour.SLOW), FakeBackend.source(200));
        try (Tuner tuner = engine(first, second).build()) {
            TuningRequest request = request();
            TuningRecord record = tuner.submit(request, listener).get();
            assertThat(record.kernel()).as(record.evaluation().message()).isNotNull();
            assertThat(record.key()).isEqualTo(request.key());
            assertThat(record.target()).isEqualTo(backend.target());
            assertThat(record.kernel().source()).isEqualTo(source(Behaviour.CORRECT));
            assertThat(record.kernel().binary().bytes()).asString().isEqualTo("CORRECT");
            assertThat(record.evaluation().reason()).isEqualTo(ReasonCode.ACCEPTED);
            assertThat(record.evaluation().speedup()).isGreaterThan(2);
            assertThat(record.created()).isEqualTo(NOW);
            assertThat(record.expires()).isNull();
            assertThat(record.provenance()).containsEntry("generator", "first").containsEntry("candidate", "2")
                    .containsEntry("condition.temperature_c", "54")
                    .containsEntry("candidates", "6").containsEntry("duplicates", "1")
                    .containsEntry("rejected.COMPILE_ERROR", "1").containsEntry("rejected.WRONG_NUMERICS", "2")
                    .containsEntry("rejected.NOT_FASTER", "1")
                    .containsEntry("rejected.COMPILE_ERROR.example", "line 1: ';' expected")
                    .containsEntry("java", Runtime.version().toString()).containsKeys("seconds", "library");
        }
        assertThat(first.learnt).containsExactly(ReasonCode.COMPILE_ERROR, ReasonCode.ACCEPTED,
                ReasonCode.WRONG_NUMERICS, ReasonCode.ACCEPTED, ReasonCode.WRONG_NUMERICS);
        // The first is the best of those before.
        assertThat(second.learnt).containsExactly(ReasonCode.ACCEPTED, ReasonCode.NOT_FASTER, ReasonCode.ACCEPTED);
        assertThat(heard).extracting(Heard::number).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(heard).extracting(Heard::spent).isSorted().allMatch(spent -> spent > 0 && spent <= 1);
        assertThat(heard.get(2).source()).isEqualTo(source(Behaviour.WRONG_LAST));
        assertThat(heard.get(2).evaluation().message()).contains("'y' at [7, 63]");
    }

    @Test
    void theWinnerIsVerifiedInFullAndTimedAtTheEndAndTheNextBestFollowsOneThatFails() throws Exception {
        // It is right in a search, which does not look at what earlier launches leave.
        Proposing only = new Proposing("only", source(Behaviour.SKIPS_WHAT_IS_DONE), FakeBackend.source(200));
        try (Tuner tuner = engine(only).build()) {
            TuningRecord record = tuner.submit(request(), NO_LISTENER).get();
            assertThat(only.learnt).containsExactly(ReasonCode.ACCEPTED, ReasonCode.ACCEPTED);
            assertThat(record.evaluation().accepted()).as(record.evaluation().message()).isTrue();
            assertThat(record.kernel().source()).isEqualTo(FakeBackend.source(200));
            assertThat(record.provenance()).containsEntry("candidate", "2").containsEntry("rejected.STATEFUL", "1");
            assertThat(record.evaluation().verification().stages())
                    .contains("what earlier launches left, with a few elements changed");
            assertThat(record.evaluation().kernel().minNanos()).isGreaterThanOrEqualTo(200_000);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CORRECT", "SLOW"})
    void aBaselineIsCompiledOnceForAllWorkersAndForTheRecordWhicheverIsFaster(Behaviour behaviour) throws Exception {
        FakeBackend compiling = FakeBackendProvider.open(FakeBackendProvider.COMPILED_BASELINE);
        try (Tuner tuner = engine(new Proposing("only", source(behaviour))).build()) {
            TuningRecord record =
                    tuner.submit(request(compiling, TestOps.fixed(), Duration.ofSeconds(30), 1), NO_LISTENER).get();
            assertThat(record.kernel() != null).isEqualTo(behaviour == Behaviour.CORRECT);
            assertThat(record.evaluation().baseline().minNanos()).isGreaterThanOrEqualTo(FakeKernel.BASELINE_NANOS);
            assertThat(record.baseline()).as("what a host without a compiler loads").isNotNull();
            assertThat(record.baseline().bytes()).asString().isEqualTo("#define MICROS 400");
            assertThat(compiling.baselinesCompiled()).isOne();
        }
    }

    @Test
    void thatNothingBeatsTheBaselineIsARecordThatExpires() throws Exception {
        try (Tuner tuner = engine(new Proposing("only", source(Behaviour.SLOW), source(Behaviour.ZEROS))).build()) {
            TuningRecord record = tuner.submit(request(), NO_LISTENER).get();
            assertThat(record.kernel()).isNull();
            assertThat(record.baseline()).as("of a device whose baseline needs no compiler").isNull();
            assertThat(record.evaluation().reason()).isEqualTo(ReasonCode.NOT_FASTER);
            assertThat(record.evaluation().kernel()).isNotNull();
            assertThat(record.created()).isEqualTo(NOW);
            assertThat(record.expires()).isEqualTo(NOW.plus(Duration.ofDays(7)));
            assertThat(record.provenance()).containsEntry("candidates", "2").doesNotContainKey("generator");
        }
    }

    @Test
    void whereNoKernelIsRightTheRecordHasTheLastReason() throws Exception {
        try (Tuner tuner = engine(new Proposing("only", source(Behaviour.ZEROS), source(Behaviour.FORBIDDEN)))
                .build()) {
            assertThat(tuner.submit(request(), NO_LISTENER).get().evaluation().reason())
                    .isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
        }
    }

    @Test
    void theTemplateIsSearchedByDefaultAndItsParametersAreRecorded() throws Exception {
        try (Tuner tuner = TuningEngine.builder().build()) {
            TuningRecord record = tuner.submit(request(), listener).get();
            assertThat(record.evaluation().accepted()).as(record.evaluation().message()).isTrue();
            assertThat(record.provenance()).containsEntry("generator", "template")
                    .containsEntry("parameter.MICROS", "60").containsEntry("candidates", "5");
            assertThat(heard.getFirst().source().parameters()).containsEntry("MICROS", 300L);
        }
    }

    @Test
    void whoWantsEveryVerdictGetsThemBeyondTheRoofline() throws Exception {
        Proposing generator = new Proposing("replay", source(Behaviour.AT_THE_FLOOR), source(Behaviour.CORRECT));
        KernelGenerator thorough = new KernelGenerator() {
            @Override
            public String name() {
                return generator.name();
            }

            @Override
            public boolean wantsEveryVerdict() {
                return true;
            }

            @Override
            public Search start(TuningRequest request) {
                return generator.start(request);
            }
        };
        try (TuningEngine engine = engine(thorough).build()) {
            engine.submit(request(), NO_LISTENER).get(30, TimeUnit.SECONDS);
        }
        assertThat(generator.learnt).hasSize(2);
    }

    @Test
    void theSearchEndsWhereTheRooflineIsNear() throws Exception {
        Proposing generator = new Proposing("only", source(Behaviour.AT_THE_FLOOR), source(Behaviour.CORRECT));
        try (Tuner tuner = engine(generator).build()) {
            TuningRecord record = tuner.submit(request(), NO_LISTENER).get();
            assertThat(record.evaluation().accepted()).as(record.evaluation().message()).isTrue();
            assertThat(record.provenance()).containsEntry("candidates", "1");
        }
    }

    @Test
    void aGeneratorIsToldWhatTheCompilerAndTheDeviceSayOfWhatTheyTook() throws Exception {
        Proposing generator =
                new Proposing("only", source(Behaviour.CORRECT), source(Behaviour.COMPILE_ERROR),
                        source(Behaviour.ZEROS));
        try (Tuner tuner = engine(generator).build()) {
            tuner.submit(request(TestOps.fixed(), Duration.ofSeconds(30), 3), listener).get();
        }
        assertThat(generator.told).containsExactly("log", "CORRECT: 32 registers a thread", "log",
                "ZEROS: 32 registers a thread");
    }

    @Test
    void noMoreCandidatesAreTriedThanTheBudgetHas() throws Exception {
        Proposing first = new Proposing("first", source(Behaviour.ZEROS), source(Behaviour.NANS),
                source(Behaviour.WRONG_LAST));
        Proposing second = new Proposing("second", source(Behaviour.UNWRITTEN), source(Behaviour.FORBIDDEN),
                source(Behaviour.COMPILE_ERROR));
        try (Tuner tuner = engine(first, second).build()) {
            tuner.submit(request(TestOps.fixed(), Duration.ofSeconds(30), 3), listener).get();
        }
        // Half for each, rounded up: two and one.
        assertThat(first.learnt).hasSize(2);
        assertThat(second.learnt).hasSize(1);
        assertThat(heard.getLast().spent()).isEqualTo(1);
    }

    @Test
    void theTimeOfTheBudgetIsKeptWhereKernelsHangAndThatIsNotRemembered() {
        Proposing generator = new Proposing("only", source(Behaviour.ENDLESS), source(Behaviour.CORRECT));
        try (Tuner tuner = engine(generator).build()) {
            long start = System.nanoTime();
            CompletableFuture<TuningRecord> result = tuner
                    .submit(request(TestOps.fixed(), Duration.ofSeconds(2), 50), NO_LISTENER);
            assertThatThrownBy(result::get).hasMessageContaining("could be judged within 2.0 s");
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(4));
        }
    }

    @Test
    void requestsForOneKeyShareOneJobAndEachHearsOfIt() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        KernelGenerator waiting = new KernelGenerator() {
            @Override
            public String name() {
                return "waiting";
            }

            @Override
            public Search start(TuningRequest request) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return new Proposing("inner", source(Behaviour.FORBIDDEN)).start(request);
            }
        };
        List<Heard> alsoHeard = Collections.synchronizedList(new ArrayList<>());
        try (Tuner tuner = engine(waiting).build()) {
            CompletableFuture<TuningRecord> first = tuner.submit(request(), listener);
            CompletableFuture<TuningRecord> second = tuner.submit(request(),
                    (number, spent, source, evaluation) -> alsoHeard.add(new Heard(number, spent, source, evaluation)));
            CompletableFuture<TuningRecord> third = tuner.submit(request(), NO_LISTENER);
            third.cancel(true);
            goOn.countDown();
            assertThat(second.get()).isSameAs(first.get());
            assertThat(heard).hasSize(1);
            assertThat(alsoHeard).hasSize(1);
            assertThat(tuner.submit(request(), NO_LISTENER).get()).isNotSameAs(first.get());
        }
    }

    @Test
    void aFullQueueIsSaidToBeFullAndWhatIsQueuedIsCompletedWhenTheEngineIsClosed() throws Exception {
        Proposing generator = new Proposing("only", source(Behaviour.ENDLESS));
        CompletableFuture<TuningRecord> running;
        CompletableFuture<TuningRecord> queued;
        CountDownLatch started = new CountDownLatch(1);
        KernelGenerator signalling = new KernelGenerator() {
            @Override
            public String name() {
                return "signalling";
            }

            @Override
            public Search start(TuningRequest request) {
                started.countDown();
                return generator.start(request);
            }
        };
        long closing;
        try (Tuner tuner = engine(signalling).queueCapacity(1).build()) {
            running = tuner.submit(request(workload(1), Duration.ofSeconds(50), 5), NO_LISTENER);
            started.await();
            queued = tuner.submit(request(workload(2), Duration.ofSeconds(50), 5), NO_LISTENER);
            CompletableFuture<TuningRecord> refused = tuner.submit(request(workload(3), Duration.ofSeconds(50), 5),
                    NO_LISTENER);
            assertThatThrownBy(refused::get).isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("but 1 workloads are waiting already");
            while (ProcessHandle.current().children().noneMatch(ProcessHandle::isAlive)) {
                Thread.sleep(10);
            }
            closing = System.nanoTime();
        }
        assertThat(System.nanoTime() - closing).isLessThan(TimeUnit.SECONDS.toNanos(5));
        WorkerRemains.assertNone();
        for (CompletableFuture<TuningRecord> future : List.of(running, queued)) {
            assertThat(future).isDone();
            assertThatThrownBy(future::join).isInstanceOfAny(CancellationException.class, CompletionException.class)
                    .hasStackTraceContaining("the tuner was closed");
        }
    }

    private static Workload workload(int rows) {
        return TestOps.SCALE_ADD.workload(DType.F32).axis("rows", rows).axis("cols", 64).build();
    }

    @Test
    void aClosedEngineTakesNothingMore() {
        Tuner tuner = engine().build();
        tuner.close();
        tuner.close();
        assertThatThrownBy(() -> tuner.submit(request(), NO_LISTENER).get()).hasMessageContaining("is closed");
    }

    @Test
    void aGeneratorAndAListenerThatThrowDoNotEndTheJob() throws Exception {
        KernelGenerator broken = new KernelGenerator() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Search start(TuningRequest request) {
                throw new IllegalStateException("no model was found");
            }
        };
        try (Tuner tuner = engine(broken, new Proposing("only", source(Behaviour.CORRECT))).build()) {
            TuningRecord record = tuner.submit(request(), (number, spent, source, evaluation) -> {
                throw new IllegalStateException("a listener");
            }).get();
            assertThat(record.evaluation().accepted()).as(record.evaluation().message()).isTrue();
            assertThat(record.provenance()).containsEntry("failed.broken", "no model was found");
        }
    }

    @Test
    void thatNoWorkerStartsIsAnExceptionAndNoVerdict() {
        TuningRequest request = new TuningRequest(request().key(), TestOps.fixed(),
                FakeBackendProvider.open(FakeBackendProvider.BROKEN), 1, Optional.empty(), request().budget(),
                new Rooflines(Optional.empty()));
        try (Tuner tuner = engine(new Proposing("only", source(Behaviour.CORRECT))).build()) {
            assertThatThrownBy(() -> tuner.submit(request, NO_LISTENER).get()).hasCauseInstanceOf(IOException.class)
                    .hasMessageContaining("this device is broken");
        }
    }

    @Test
    void anEmptyWorkloadKeepsItsBaselineForGoodAndStartsNoProcess() throws Exception {
        Proposing generator = new Proposing("only", source(Behaviour.CORRECT));
        try (Tuner tuner = engine(generator).build()) {
            TuningRecord record = tuner.submit(request(workload(0), Duration.ofSeconds(9), 5), NO_LISTENER).get();
            assertThat(record.kernel()).isNull();
            assertThat(record.expires()).isNull();
            assertThat(record.evaluation().message()).contains("a tensor without elements");
        }
        assertThat(generator.learnt).isEmpty();
    }

    @Test
    void theProviderIsFoundByTheServiceLoader() {
        assertThat(ServiceLoader.load(TunerProvider.class)).hasExactlyElementsOfTypes(TuningEngineProvider.class);
        try (Tuner tuner = new TuningEngineProvider().open()) {
            assertThat(tuner).isInstanceOf(TuningEngine.class);
        }
    }
}
