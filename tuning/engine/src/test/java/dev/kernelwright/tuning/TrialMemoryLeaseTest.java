package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.MemoryLease;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningListener;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.NoMemoryException;
import dev.kernelwright.tuning.trial.WorkerRemains;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The device's memory belongs to the application: trials have what is left of its lease, and only as long. */
@Timeout(60)
class TrialMemoryLeaseTest {
    private final FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.LEASED);
    private final MemoryLease lease = backend.memory();

    @AfterEach
    void everythingIsGivenBack() throws IOException {
        WorkerRemains.assertNone();
    }

    private CompletableFuture<TuningRecord> tune(TuningEngine engine, TuningListener listener) {
        Workload workload = TestOps.fixed();
        return engine.submit(new TuningRequest(KernelKey.of(workload, backend.target()), workload, backend, 1,
                Optional.empty(), new TuningBudget(Duration.ofSeconds(30), 5), new Rooflines(Optional.empty())),
                listener);
    }

    private static TuningEngine engine() {
        return TuningEngine.builder().workerHeapMebibytes(64).build();
    }

    @Test
    void aTrialHoldsItsPartOfTheLeaseUntilItHasEnded() throws Exception {
        List<Long> held = Collections.synchronizedList(new ArrayList<>());
        try (TuningEngine engine = engine()) {
            TuningRecord record =
                    tune(engine, (number, spent, source, evaluation) -> held.add(lease.heldBytes())).get();
            assertThat(record.evaluation().accepted()).as(record.evaluation().message()).isTrue();
        }
        assertThat(held).isNotEmpty().allSatisfy(bytes -> assertThat(bytes).isBetween(1L, FakeBackend.LEASE_BYTES));
        assertThat(lease.heldBytes()).isZero();
    }

    @Test
    void withoutRoomNothingIsTriedAndNothingIsRemembered() {
        assertThat(lease.tryReserve(FakeBackend.LEASE_BYTES)).isTrue();
        try (TuningEngine engine = engine()) {
            CompletableFuture<TuningRecord> result = tune(engine, (number, spent, source, evaluation) -> {
            });
            assertThatThrownBy(result::get).isInstanceOf(ExecutionException.class)
                    .cause().isInstanceOf(NoMemoryException.class).hasMessageStartingWith("untuned: no memory: ")
                    .hasMessageContainingAll("on fake:6", "its lease has 0 left", "raise the lease");
        }
        assertThat(lease.heldBytes()).isEqualTo(FakeBackend.LEASE_BYTES);
    }

    @Test
    void theApplicationGetsWhatItNeedsWhileATrialIsUnderWay() {
        try (TuningEngine engine = engine()) {
            CompletableFuture<TuningRecord> result = tune(engine, (number, spent, source, evaluation) -> {
                if (number == 1) {
                    assertThat(lease.tryReserve(FakeBackend.LEASE_BYTES)).isTrue();
                }
            });
            assertThatThrownBy(result::get).isInstanceOf(ExecutionException.class)
                    .cause().isInstanceOf(NoMemoryException.class).hasMessageStartingWith("untuned: no memory: ");
        }
        assertThat(lease.heldBytes()).isEqualTo(FakeBackend.LEASE_BYTES);
    }
}
