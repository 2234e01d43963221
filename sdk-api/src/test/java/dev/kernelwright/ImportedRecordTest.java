package dev.kernelwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.LibraryVersion;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningListener;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a runtime does with records from elsewhere, and with the leases of a store that others share. */
@Timeout(60)
class ImportedRecordTest {
    private static final Workload ADD_4 = Add.DEFINITION.workload(DType.F32).axis("n", 4).build();
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final FakeTuner tuner = new FakeTuner();
    private final SharedStore store = new SharedStore();

    /** A store whose records come from elsewhere until this process puts its own. */
    private static final class SharedStore implements KernelStore {
        final VolatileStore own = new VolatileStore();
        final VolatileStore imported = new VolatileStore();
        final List<String> setAside = new ArrayList<>();
        final AtomicInteger leases = new AtomicInteger();
        volatile boolean leasedElsewhere;
        Consumer<KernelKey> listener = key -> {};

        @Override
        public Optional<TuningRecord> find(KernelKey key) {
            return own.find(key);
        }

        @Override
        public Optional<StoredRecord> find(KernelKey key, Target target) {
            return own.find(key, target)
                    .or(() -> imported.find(key).map(record -> new StoredRecord(record, "a pack", true)));
        }

        @Override
        public void put(TuningRecord record) {
            own.put(record);
        }

        @Override
        public boolean remove(KernelKey key) {
            return own.remove(key);
        }

        @Override
        public void setAside(StoredRecord stored, String reason) throws IOException {
            setAside.add(reason);
            imported.remove(stored.record().key());
        }

        @Override
        public Optional<Lease> tryLease(KernelKey key, Duration longest) {
            if (leasedElsewhere) {
                return Optional.empty();
            }
            leases.incrementAndGet();
            return Optional.of(leases::decrementAndGet);
        }

        @Override
        public void onPublished(Consumer<KernelKey> published) {
            listener = published;
        }

        @Override
        public List<KernelKey> keys() {
            return own.keys();
        }

        @Override
        public String location() {
            return "a test";
        }

        @Override
        public List<String> problems() {
            return List.of();
        }

        @Override
        public void close() {}
    }

    @BeforeEach
    void setBehaviours() {
        FakeBackendProvider.BEHAVIOURS.set(Map.of("tuned", args -> FakeBackend.addInto(args, 0.5f)));
    }

    private ComputeRuntime.Builder builder() {
        return ComputeRuntime.builder().store(store).tuner(tuner);
    }

    private static TuningRequest request(ComputeRuntime runtime) {
        Device device = runtime.devices().getFirst();
        return new TuningRequest(KernelKey.of(ADD_4, device.target()), ADD_4, device.backend(), 1, Optional.empty(),
                new TuningBudget(Duration.ofSeconds(1), 1), new Rooflines(Optional.empty()));
    }

    private static float firstResult(BoundOp op) {
        Tensor out = Tensor.allocate(DType.F32, 4);
        op.invoke(Tensor.of(new float[]{1, 2, 3, 4}, 4), Tensor.of(new float[]{10, 20, 30, 40}, 4), out);
        return out.toFloatArray()[0];
    }

    private static TuningRecord withVerdict(TuningRecord record, ReasonCode reason) {
        return new TuningRecord(record.key(), record.target(), record.kernel(),
                new Evaluation(reason, "said so", 0, record.evaluation().kernel(), record.evaluation().baseline(), 1,
                        null),
                record.provenance(), Instant.now(), null);
    }

    @Test
    void anImportedKernelAnswersOnlyWhenItHasPassedItsRecheckAndIsThenTheUsersOwn() throws Exception {
        try (ComputeRuntime runtime = builder().build()) {
            TuningRecord record = FakeTuner.record(request(runtime), "tuned", null);
            store.imported.put(record);
            BoundOp op = runtime.bind(ADD_4);
            assertThat(firstResult(op)).isEqualTo(11f);
            assertThat(tuner.rechecked).containsExactly(record);
            TuningRecord checked = withVerdict(record, ReasonCode.ACCEPTED);
            tuner.verdicts.getFirst().complete(checked);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(store.own.find(record.key())).contains(checked);
        }
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(tuner.rechecked).as("rechecks in all").hasSize(1);
        }
        assertThat(tuner.requests).isEmpty();
    }

    @Test
    void anImportedKernelThatFailsIsSetAsideAndTheWorkloadIsTuned() throws Exception {
        try (ComputeRuntime runtime = builder().build()) {
            TuningRecord record = FakeTuner.record(request(runtime), "tuned", null);
            store.imported.put(record);
            BoundOp op = runtime.bind(ADD_4);
            tuner.verdicts.getFirst().complete(withVerdict(record, ReasonCode.WRONG_NUMERICS));
            await(() -> tuner.requests.size() == 1);
            assertThat(store.setAside).singleElement().asString().contains("WRONG_NUMERICS", "a pack");
            assertThat(firstResult(op)).isEqualTo(11f);
            tuner.results.getFirst().complete(record);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NOT_FASTER", "TIMEOUT", "COMPILE_ERROR"})
    void anImportedKernelThatIsNotProvedWrongStaysAndTheWorkloadIsTuned(ReasonCode reason) throws Exception {
        try (ComputeRuntime runtime = builder().build()) {
            TuningRecord record = FakeTuner.record(request(runtime), "tuned", null);
            store.imported.put(record);
            runtime.bind(ADD_4);
            tuner.verdicts.getFirst().complete(withVerdict(record, reason));
            await(() -> tuner.requests.size() == 1);
            assertThat(store.setAside).isEmpty();
            assertThat(store.imported.find(record.key())).isPresent();
        }
    }

    @Test
    void aRecheckWithoutAVerdictLeavesTheBaselineAndTheRecord() throws Exception {
        try (ComputeRuntime runtime = builder().build()) {
            store.imported.put(FakeTuner.record(request(runtime), "tuned", null));
            BoundOp op = runtime.bind(ADD_4);
            tuner.verdicts.getFirst().completeExceptionally(new IOException("no worker starts"));
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11f);
            assertThat(runtime.statistics().fallbacks()).isEqualTo(1);
            assertThat(store.setAside).isEmpty();
        }
    }

    @Test
    void underThePolicyNeverAnImportedKernelAnswersAtOnce() throws Exception {
        try (ComputeRuntime runtime = builder().importPolicy(ImportPolicy.NEVER).build()) {
            store.imported.put(FakeTuner.record(request(runtime), "tuned", null));
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(tuner.rechecked).isEmpty();
        }
    }

    /** Puts a record into the store that has a baseline, and opens a runtime on a device that can compile none. */
    private ComputeRuntime withoutCompiler(@Nullable String tuned, ImportPolicy imports) {
        FakeBackendProvider.BEHAVIOURS.set(Map.of(FakeBackend.NO_COMPILER, args -> {
        }, "tuned", args -> FakeBackend.addInto(args, 0.5f), "baseline", args -> FakeBackend.addInto(args, 0.25f)));
        ComputeRuntime runtime = builder().importPolicy(imports).missPolicy(MissPolicy.BASELINE_ONLY).build();
        TuningRecord record = FakeTuner.record(request(runtime), tuned, null);
        KernelBinary baseline = new KernelBinary("fake", "baseline".getBytes(StandardCharsets.UTF_8),
                FakeTuner.source("baseline").plan(), "");
        store.imported.put(new TuningRecord(record.key(), record.target(), record.kernel(), record.evaluation(),
                record.provenance(), record.created(), null, baseline));
        return runtime;
    }

    @Test
    void whereNothingCanBeCompiledTheBaselineOfARecordAnswersUntilItsKernelDoes() throws Exception {
        try (ComputeRuntime runtime = withoutCompiler(null, ImportPolicy.NEVER)) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.25f);
        }
        try (ComputeRuntime runtime = withoutCompiler("tuned", ImportPolicy.NEVER)) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(runtime.statistics().fallbacks()).isZero();
        }
    }

    @Test
    void whereNothingCanBeCompiledAMissSaysSoAndABaselineThatIsToBeRecheckedIsNotUsed() {
        try (ComputeRuntime runtime = withoutCompiler(null, ImportPolicy.ALWAYS)) {
            assertThatIllegalStateException().isThrownBy(() -> runtime.bind(ADD_4))
                    .withMessageContaining("no compiler: install one");
        }
        try (ComputeRuntime runtime = withoutCompiler(null, ImportPolicy.NEVER)) {
            Workload other = Add.DEFINITION.workload(DType.F32).axis("n", 5).build();
            assertThatIllegalStateException().isThrownBy(() -> runtime.bind(other))
                    .withMessageContaining("no compiler: install one");
        }
    }

    @Test
    void underThePolicySampleTheFirstOfALayerAndSomeOthersAreRechecked() {
        ImportGate gate = new ImportGate(ImportPolicy.SAMPLE);
        Target target = new Target(List.of());
        int rechecked = 0;
        for (int i = 0; i < 400; i++) {
            rechecked += gate.stops(stored("a pack", "op" + i), target) ? 1 : 0;
        }
        // One in eight of 400 by digest, and the first: 51 in the mean, give or take four standard deviations of 6.6.
        assertThat(rechecked).isBetween(25, 78);
        StoredRecord failed = stored("a pack", "op");
        gate.failed(failed);
        for (int i = 0; i < 100; i++) {
            assertThat(gate.stops(stored("a pack", "later" + i), target)).isTrue();
        }
    }

    private static StoredRecord stored(String layer, String op) {
        return new StoredRecord(new TuningRecord(new KernelKey(Map.of("op", op)), new Target(List.of()), null,
                Evaluation.rejected(ReasonCode.ACCEPTED, ""), Map.of(), Instant.EPOCH, null), layer, true);
    }

    @Test
    void aPolicyThatNeedsATunerIsRefusedWithoutOne() {
        assertThatIllegalStateException().isThrownBy(
                () -> ComputeRuntime.builder().store(store).importPolicy(ImportPolicy.ALWAYS).build())
                .withMessageContaining("there is no tuner");
    }

    @Test
    void whileAnotherProcessTunesThisOneWaitsForItsRecord() throws Exception {
        store.leasedElsewhere = true;
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(Duration.ofMillis(600))).isFalse();
            assertThat(firstResult(op)).isEqualTo(11f);
            store.own.put(FakeTuner.record(request(runtime), "tuned", null));
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
        }
        assertThat(tuner.requests).isEmpty();
    }

    @Test
    void whenTheOthersLeaseEndsWithoutARecordThisOneTunes() throws Exception {
        store.leasedElsewhere = true;
        try (ComputeRuntime runtime = builder().build()) {
            runtime.bind(ADD_4);
            store.leasedElsewhere = false;
            await(() -> tuner.requests.size() == 1);
            assertThat(store.leases).hasValue(1);
            tuner.results.getFirst().complete(FakeTuner.record(tuner.requests.getFirst(), "tuned", null));
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            await(() -> store.leases.get() == 0);
        }
    }

    @Test
    void aLeaseIsGivenBackWhenTheRuntimeIsClosed() throws Exception {
        try (ComputeRuntime runtime = builder().build()) {
            runtime.bind(ADD_4);
            assertThat(store.leases).hasValue(1);
        }
        await(() -> store.leases.get() == 0);
    }

    @Test
    void whatAnotherMachinePublishesIsTakenUpWithoutABind() throws Exception {
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.BASELINE_ONLY).build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(firstResult(op)).isEqualTo(11f);
            TuningRecord record = FakeTuner.record(request(runtime), "tuned", null);
            store.own.put(record);
            store.listener.accept(record.key());
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void thatNothingBeatsTheBaselineIsBelievedOfThisVersionAlone(boolean same) {
        try (ComputeRuntime runtime = builder().build()) {
            TuningRecord record = FakeTuner.record(request(runtime), null, Instant.now().plusSeconds(1_000));
            store.own.put(new TuningRecord(record.key(), record.target(), null, record.evaluation(),
                    Map.of(LibraryVersion.PROVENANCE, same ? LibraryVersion.current() : "0.0.1"), Instant.now(),
                    record.expires()));
            runtime.bind(ADD_4);
            assertThat(tuner.requests).hasSize(same ? 0 : 1);
        }
    }

    @Test
    void aTunerThatCannotRecheckIsNoReasonToThrow() throws Exception {
        Tuner broken = new Tuner() {
            @Override
            public CompletableFuture<TuningRecord> submit(TuningRequest request, TuningListener listener) {
                return CompletableFuture.failedFuture(new IllegalStateException("full"));
            }

            @Override
            public CompletableFuture<TuningRecord> recheck(TuningRequest request, TuningRecord record) {
                return CompletableFuture.failedFuture(new IllegalStateException("full"));
            }

            @Override
            public void close() {}
        };
        try (ComputeRuntime runtime = ComputeRuntime.builder().store(store).tuner(broken).build()) {
            store.imported.put(FakeTuner.record(request(runtime), "tuned", null));
            assertThat(firstResult(runtime.bind(ADD_4))).isEqualTo(11f);
            assertThat(runtime.awaitIdle(IDLE)).isTrue();
            assertThat(runtime.statistics().fallbacks()).isEqualTo(1);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + IDLE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
