package dev.kernelwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ComputeRuntimeTest {
    private static final Workload ADD_4 = Add.DEFINITION.workload(DType.F32).axis("n", 4).build();
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final FakeTuner tuner = new FakeTuner();
    private final VolatileStore store = new VolatileStore();
    private final List<RuntimeEvent> events = Collections.synchronizedList(new ArrayList<>());
    private final Tensor a = Tensor.of(new float[]{1, 2, 3, 4}, 4);
    private final Tensor b = Tensor.of(new float[]{10, 20, 30, 40}, 4);
    private final Tensor out = Tensor.allocate(DType.F32, 4);

    @BeforeEach
    void setBehaviours() {
        Map<String, Consumer<LaunchArguments>> behaviours = Map.of("tuned", args -> FakeBackend.addInto(args, 0.5f),
                "throws", args -> {
                    throw new IllegalStateException("broken kernel");
                });
        FakeBackendProvider.BEHAVIOURS.set(behaviours);
    }

    @AfterEach
    void nothingStaysOpen() {
        FakeBackendProvider.requireClosed();
    }

    private ComputeRuntime.Builder builder() {
        return ComputeRuntime.builder().store(store).tuner(tuner).listener(events::add)
                .clock(Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private float firstResult(BoundOp op) {
        op.invoke(a, b, out);
        return out.toFloatArray()[0];
    }

    @Test
    void aMissIsAnsweredByTheBaselineAtOnceAndByTheTunedKernelAfterTheSwap() throws Exception {
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(firstResult(op)).isEqualTo(11f);
            assertThat(op.isTuned()).isFalse();
            TuningRecord record = FakeTuner.record(tuner.requests.getFirst(), "tuned", null);
            tuner.results.getFirst().complete(record);
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            assertThat(op.isTuned()).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(store.find(record.key())).contains(record);
            assertThat(runtime.statistics()).isEqualTo(new RuntimeStatistics(0, 1, 1, 1, 0));
        }
        assertThat(events).extracting(event -> event.getClass().getSimpleName()).containsExactly("Miss", "Candidate",
                "Tuned", "Live");
    }

    @Test
    void aStoredKernelIsAHitAndStartsNoTuning() throws Exception {
        storeRecord("tuned", null);
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(runtime.statistics()).isEqualTo(new RuntimeStatistics(1, 0, 0, 0, 0));
        }
        assertThat(tuner.requests).hasSize(1); // the one that made the record
    }

    @Test
    void aRecordThatTheBaselineIsBestIsAHitUntilItExpires() {
        storeRecord(null, NOW.plusSeconds(1));
        try (ComputeRuntime runtime = builder().build()) {
            assertThat(firstResult(runtime.bind(ADD_4))).isEqualTo(11f);
            assertThat(runtime.statistics().hits()).isEqualTo(1);
        }
        int requests = tuner.requests.size();
        try (ComputeRuntime runtime = builder().clock(Clock.fixed(NOW.plusSeconds(1), ZoneOffset.UTC)).build()) {
            runtime.bind(ADD_4);
            assertThat(runtime.statistics().misses()).isEqualTo(1);
            assertThat(tuner.requests).hasSize(requests + 1);
        }
    }

    private void storeRecord(String behaviour, Instant expires) {
        try (ComputeRuntime runtime = builder().listener(event -> {}).build()) {
            runtime.bind(ADD_4);
        }
        store.put(FakeTuner.record(tuner.requests.getLast(), behaviour, expires));
    }

    @Test
    void aStoredKernelThatCannotBeLoadedIsAFallbackAndIsTunedAgain() throws Exception {
        storeRecord("unknown behaviour", null);
        int requests = tuner.requests.size();
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(firstResult(op)).isEqualTo(11f);
            while (tuner.requests.size() == requests) {
                Thread.onSpinWait();
            }
            tuner.results.getLast().complete(FakeTuner.record(tuner.requests.getLast(), "tuned", null));
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(runtime.statistics().fallbacks()).isEqualTo(1);
        }
    }

    @Test
    void aStoredBinaryThatTheBackendRefusesIsMadeAgainFromItsSource() throws Exception {
        storeRecord("tuned", null);
        TuningRecord record = store.find(tuner.requests.getLast().key()).orElseThrow();
        KernelBinary refused = new KernelBinary("fake", new byte[]{1}, record.kernel().binary().plan(), "");
        store.put(new TuningRecord(record.key(), record.target(),
                new TuningRecord.Kernel(record.kernel().source(), refused), record.evaluation(), record.provenance(),
                record.created(), record.expires()));
        int requests = tuner.requests.size();
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(tuner.requests).hasSize(requests);
        }
    }

    @Test
    void aContextIsGivenToTheKindItIsForWhichMayRefuseIt() {
        assertThatThrownBy(() -> builder().context("fake", 5).build()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a device of the kind 'fake' was to be opened in a context of the application's");
        try (ComputeRuntime runtime = builder().context("other", 5).build()) {
            assertThat(firstResult(runtime.bind(ADD_4))).isEqualTo(11f);
        }
    }

    @Test
    void aTunedKernelThatThrowsIsTakenOutOfServiceAndTheCallIsAnswered() throws Exception {
        storeRecord("throws", null);
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            assertThat(op.isTuned()).isTrue();
            assertThat(firstResult(op)).isEqualTo(11f);
            assertThat(op.isTuned()).isFalse();
            assertThat(firstResult(op)).isEqualTo(11f);
            assertThat(events).filteredOn(RuntimeEvent.Fallback.class::isInstance).hasSize(1).first().asString()
                    .contains("broken kernel");
        }
    }

    @Test
    void aFailedTunerLeavesTheBaselineAndAnEvent() throws Exception {
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.TUNE_BLOCKING).build()) {
            Thread failing = Thread.ofPlatform().start(() -> {
                while (tuner.results.isEmpty()) {
                    Thread.onSpinWait();
                }
                tuner.results.getFirst().completeExceptionally(new IOException("no worker"));
            });
            BoundOp op = runtime.bind(ADD_4); // returns although tuning failed
            failing.join();
            assertThat(firstResult(op)).isEqualTo(11f);
            assertThat(events).last().asString().contains("no worker");
        }
    }

    @Test
    void blockingOnOneWorkloadDoesNotBlockTheBindOfAnother() throws Exception {
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.TUNE_BLOCKING).build()) {
            Workload other = Add.DEFINITION.workload(DType.F32).axis("n", 5).build();
            Thread blocked = Thread.ofPlatform().start(() -> runtime.bind(ADD_4));
            while (tuner.results.isEmpty()) {
                Thread.onSpinWait();
            }
            Thread second = Thread.ofPlatform().start(() -> runtime.bind(other));
            while (tuner.results.size() < 2) {
                Thread.onSpinWait();
            }
            tuner.results.get(1).complete(FakeTuner.record(tuner.requests.get(1), null, null));
            second.join();
            assertThat(blocked.isAlive()).isTrue();
            tuner.results.get(0).complete(FakeTuner.record(tuner.requests.get(0), null, null));
            blocked.join();
        }
    }

    @Test
    void aStoreThatCannotWriteCostsNothingButAnEvent() throws Exception {
        KernelStore full = new KernelStore() {
            @Override
            public Optional<TuningRecord> find(KernelKey key) {
                return Optional.empty();
            }

            @Override
            public void put(TuningRecord record) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public boolean remove(KernelKey key) {
                return false;
            }

            @Override
            public List<KernelKey> keys() {
                return List.of();
            }

            @Override
            public String location() {
                return "a full disk";
            }

            @Override
            public List<String> problems() {
                return List.of();
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
        try (ComputeRuntime runtime = builder().store(full).build()) {
            BoundOp op = runtime.bind(ADD_4);
            tuner.results.getFirst().complete(FakeTuner.record(tuner.requests.getFirst(), "tuned", null));
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            assertThat(firstResult(op)).isEqualTo(11.5f);
            assertThat(events).filteredOn(RuntimeEvent.Fallback.class::isInstance).hasSize(1).first().asString()
                    .contains("No space left on device");
        }
    }

    @Test
    void bindingTwiceSharesTheKernelAndTheTuning() {
        try (ComputeRuntime runtime = builder().build()) {
            runtime.bind(ADD_4);
            runtime.bind(Add.DEFINITION.workload(DType.F32).axis("n", 4).build());
            assertThat(tuner.requests).hasSize(1);
            assertThat(runtime.statistics().misses()).isEqualTo(1);
        }
    }

    @Test
    void thePolicyFailThrowsAndNamesTheCure() {
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.FAIL).build()) {
            assertThatThrownBy(() -> runtime.bind(ADD_4)).isInstanceOf(KernelMissException.class)
                    .hasMessageContaining("add(n=4)").hasMessageContaining("warm the cache");
        }
        assertThat(tuner.requests).isEmpty();
    }

    @Test
    void baselineOnlyNeverAsksTheTuner() {
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.BASELINE_ONLY).build()) {
            assertThat(firstResult(runtime.bind(ADD_4))).isEqualTo(11f);
        }
        assertThat(tuner.requests).isEmpty();
    }

    @Test
    void anOpThatTheBackendDoesNotKnowIsAnsweredByItsOwnReference() {
        OpDefinition triple = OpDefinition.named("triple", 1).axes("n").input("x", "n").output("y", "n").flops("n")
                .accuracy(1, "0").reference("n", (call, i) -> call.put(0, i, 3 * call.input(0).get(i))).build();
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.BASELINE_ONLY).build()) {
            runtime.bind(triple.workload(DType.F32).axis("n", 4).build()).invoke(a, out);
            assertThat(out.toFloatArray()).containsExactly(3, 6, 9, 12);
        }
    }

    @Test
    void aMissingDeviceBecomesTheNextOneInOrder() {
        try (ComputeRuntime runtime = builder().devices("cuda:0", "fake").build()) {
            assertThat(runtime.devices()).extracting(Device::name).containsExactly("fake");
            assertThat(events).singleElement().asString().contains("cuda").contains("[fake]");
        }
    }

    @Test
    void aRuntimeWithoutAnyDeviceNamesEachReasonAndCure() {
        assertThatThrownBy(() -> builder().devices("absent").build()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("its driver was not found").hasMessageContaining("install the driver");
    }

    @Test
    void anUnknownDeviceAndADeviceOfAnotherRuntimeAreRefused() {
        try (ComputeRuntime one = builder().build()) {
            assertThatThrownBy(() -> one.device("tpu")).hasMessageContaining("'tpu'").hasMessageContaining("[fake]");
            Device foreign = new Device(new FakeBackend(Map.of()), new Rooflines(Optional.empty()));
            assertThatThrownBy(() -> one.bind(ADD_4, foreign)).hasMessageContaining("another runtime");
            assertThat(one.device("fake:0")).isSameAs(one.devices().getFirst());
        }
    }

    @Test
    void aListenerThatThrowsHarmsNothing() {
        try (ComputeRuntime runtime = builder().listener(event -> {
            throw new IllegalStateException("listener");
        }).build()) {
            assertThat(firstResult(runtime.bind(ADD_4))).isEqualTo(11f);
        }
    }

    @Test
    void everyEventIsAFlightRecorderEventToo(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("events.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("kernelwright.Miss");
            recording.enable("kernelwright.Rejected");
            recording.enable("kernelwright.Tuned");
            recording.enable("kernelwright.Live");
            recording.start();
            try (ComputeRuntime runtime = builder().build()) {
                runtime.bind(ADD_4);
                tuner.results.getFirst().complete(FakeTuner.record(tuner.requests.getFirst(), "tuned", null));
                assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> recorded = RecordingFile.readAllEvents(file);
        assertThat(recorded).extracting(event -> event.getEventType().getName()).contains("kernelwright.Miss",
                "kernelwright.Rejected", "kernelwright.Tuned", "kernelwright.Live");
        assertThat(recorded).allSatisfy(event -> assertThat(event.getString("workload")).contains("add(n=4)"));
    }
}
