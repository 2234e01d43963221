package dev.kernelwright.tuning;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.WorkerRemains;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The recheck of records that were made elsewhere, or with another driver. */
@Timeout(60)
class RecheckTest {
    private final FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);
    private final TuningEngine engine = TuningEngine.builder().workerHeapMebibytes(64).build();

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        engine.close();
        WorkerRemains.assertNone();
    }

    private TuningRequest request() {
        return request(Duration.ofSeconds(30));
    }

    private TuningRequest request(Duration budget) {
        Workload workload = TestOps.fixed();
        return new TuningRequest(KernelKey.of(workload, backend.target()), workload, backend, 1, Optional.empty(),
                new TuningBudget(budget, 10), new Rooflines(Optional.empty()));
    }

    /** Returns a record whose source and binary may be of different kernels, as no tuner makes it. */
    private TuningRecord record(Behaviour source, Behaviour binary, String driver) {
        return record(source, binary.name(), driver);
    }

    private TuningRecord record(Behaviour source, String binary, String driver) {
        KernelSource kernel = FakeBackend.source(source);
        return new TuningRecord(request().key(),
                new Target(List.of(Target.exact("backend", "fake"), Target.atLeast("driver", driver))),
                new TuningRecord.Kernel(kernel,
                        new KernelBinary("fake", binary.getBytes(UTF_8), kernel.plan(), "")),
                Evaluation.rejected(ReasonCode.ACCEPTED, "said somebody"), Map.of("generator", "elsewhere"),
                Instant.EPOCH, null);
    }

    @Test
    void theStoredBinaryIsWhatIsCheckedAndComesBackWithItsVerdict() throws Exception {
        TuningRecord record = record(Behaviour.ZEROS, Behaviour.CORRECT, "1");
        TuningRecord checked = engine.recheck(request(), record).get();
        assertThat(checked.evaluation().accepted()).as(checked.evaluation().message()).isTrue();
        assertThat(checked.evaluation().kernel()).isNotNull();
        assertThat(checked.kernel().binary()).isSameAs(record.kernel().binary());
        assertThat(checked.created()).isAfter(record.created());
        assertThat(checked.provenance()).containsEntry("generator", "elsewhere")
                .containsEntry(TuningRecord.RECHECKED_FROM, record.created().toString());
    }

    @Test
    void aBudgetThatIsTooSmallForASearchIsEnough() throws Exception {
        TuningRecord record = record(Behaviour.CORRECT, Behaviour.CORRECT, "1");
        TuningRecord checked = engine.recheck(request(Duration.ofMillis(1)), record).get();
        assertThat(checked.evaluation().accepted()).as(checked.evaluation().message()).isTrue();
    }

    @Test
    void aWrongBinaryIsFoundOutThoughItsRecordSaysThatItWasAccepted() throws Exception {
        TuningRecord checked = engine.recheck(request(), record(Behaviour.CORRECT, Behaviour.ZEROS, "1")).get();
        assertThat(checked.evaluation().reason()).isEqualTo(ReasonCode.WRONG_NUMERICS);
    }

    @Test
    void whereTheDriverHasMovedTheBinaryIsMadeAgainFromTheSource() throws Exception {
        TuningRecord checked = engine.recheck(request(), record(Behaviour.CORRECT, Behaviour.ZEROS, "0.9")).get();
        assertThat(checked.evaluation().accepted()).as(checked.evaluation().message()).isTrue();
        assertThat(checked.kernel().binary().bytes()).asString(UTF_8).isEqualTo("CORRECT");
        assertThat(checked.target()).isEqualTo(backend.target());
    }

    @Test
    void aBinaryThatTheSameDriverRefusesIsMadeAgainFromTheSource() throws Exception {
        TuningRecord checked = engine.recheck(request(), record(Behaviour.CORRECT, FakeBackend.FOREIGN, "1")).get();
        assertThat(checked.evaluation().accepted()).as(checked.evaluation().message()).isTrue();
        assertThat(checked.kernel().binary().bytes()).asString(UTF_8).isEqualTo("CORRECT");
    }

    @Test
    void aSourceThatNoLongerCompilesIsRejected() throws Exception {
        TuningRecord checked = engine.recheck(request(), record(Behaviour.COMPILE_ERROR, Behaviour.CORRECT, "0.9"))
                .get();
        assertThat(checked.evaluation().reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
    }

    @Test
    void aTunerThatIsClosedEndsWhatIsBeingRechecked() {
        CompletableFuture<TuningRecord> endless = engine.recheck(request(),
                record(Behaviour.ENDLESS, Behaviour.ENDLESS, "1"));
        engine.close();
        assertThatThrownBy(endless::join).isInstanceOfAny(CompletionException.class,
                CancellationException.class);
        assertThat(engine.recheck(request(), record(Behaviour.CORRECT, Behaviour.CORRECT, "1")))
                .isCompletedExceptionally();
    }
}
