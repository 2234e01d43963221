package dev.kernelwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.dispatch.VolatileStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.op.standard.Attention;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What calls of a bound op take and refuse, and how they end. */
@Timeout(60)
class BoundOpTest {
    private static final Workload ADD_4 = Add.DEFINITION.workload(DType.F32).axis("n", 4).build();

    private final FakeTuner tuner = new FakeTuner();
    private final Tensor a = Tensor.of(new float[]{1, 2, 3, 4}, 4);
    private final Tensor b = Tensor.of(new float[]{10, 20, 30, 40}, 4);
    private final Tensor out = Tensor.allocate(DType.F32, 4);

    @AfterEach
    void nothingStaysOpen() {
        FakeBackendProvider.requireClosed();
    }

    private ComputeRuntime.Builder builder() {
        return ComputeRuntime.builder().store(new VolatileStore()).tuner(tuner);
    }

    private void setBehaviour(String name, Consumer<LaunchArguments> behaviour) {
        FakeBackendProvider.BEHAVIOURS.set(Map.of(name, behaviour));
    }

    @Test
    void wrongArgumentsAreNamedInOneSentence() {
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            assertThatThrownBy(() -> op.invoke(a, b)).hasMessageContaining("2 tensors").hasMessageContaining("pass 3");
            assertThatThrownBy(() -> op.invoke(a, Tensor.allocate(DType.F32, 5), out))
                    .hasMessageContaining("'b' that is f32[5]").hasMessageContaining("f32[4]");
            assertThatThrownBy(() -> op.invoke(a, Tensor.allocate(DType.F32, 2, 2), out))
                    .hasMessageContaining("f32[2, 2]");
            assertThatThrownBy(() -> op.invoke(a, Tensor.allocate(DType.I32, 4), out))
                    .hasMessageContaining("i32[4]");
            assertThatThrownBy(() -> op.invoke(a, b, a)).hasMessageContaining("overlaps 'a'");
            Tensor freed;
            try (Arena shortLived = Arena.ofShared()) {
                freed = Tensor.allocate(shortLived, DType.F32, 4);
            }
            assertThatThrownBy(() -> op.invoke(a, b, freed)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("'out' that was freed");
        }
    }

    @Test
    void aRangedAxisTakesEveryExtentInItsRangeAndNoOther() {
        Workload ranged = Add.DEFINITION.workload(DType.F32).axis("n", 2, 4).build();
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ranged);
            for (int n = 2; n <= 4; n++) {
                Tensor result = Tensor.allocate(DType.F32, n);
                op.invoke(a.slice(0, n), b.slice(0, n), result);
                assertThat(result.toFloatArray()[n - 1]).isEqualTo(11f * n);
            }
            assertThatThrownBy(() -> op.invoke(a.slice(0, 1), b.slice(0, 1), out.slice(0, 1)))
                    .hasMessageContaining("n=1").hasMessageContaining("n=2..4");
            assertThatThrownBy(() -> op.invoke(a.slice(0, 3), b, out.slice(0, 3))).hasMessageContaining("f32[4]");
        }
    }

    @Test
    void aCallWhoseAxesBreakAConstraintOfTheOpIsRefusedAlthoughEachIsInItsRange() {
        Workload ranged = Attention.DEFINITION.workload(DType.F32).axis("batch", 1).axis("q_len", 1, 4)
                .axis("ctx", 1, 4).axis("heads", 1).axis("kv_heads", 1).axis("head_dim", 1).build();
        try (ComputeRuntime runtime = builder().missPolicy(MissPolicy.BASELINE_ONLY).build()) {
            BoundOp op = runtime.bind(ranged);
            Tensor four = Tensor.of(new float[]{1, 2, 3, 4}, 1, 4, 1, 1);
            Tensor one = Tensor.of(new float[]{1}, 1, 1, 1, 1);
            op.invoke(one, four, four, Tensor.allocate(DType.F32, 1, 1, 1, 1));
            assertThatThrownBy(() -> op.invoke(four, one, one, Tensor.allocate(DType.F32, 1, 4, 1, 1)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("q_len <= ctx");
        }
    }

    @Test
    void callsStayRightWhileTheKernelIsSwappedAndTheOpIsClosed() throws Exception {
        setBehaviour("tuned", args -> FakeBackend.addInto(args, 0.5f));
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicInteger answered = new AtomicInteger();
        try (ComputeRuntime runtime = builder().build()) {
            BoundOp op = runtime.bind(ADD_4);
            CountDownLatch started = new CountDownLatch(8);
            List<Thread> callers = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                callers.add(Thread.ofPlatform().start(() -> {
                    Tensor mine = Tensor.allocate(DType.F32, 4);
                    started.countDown();
                    while (true) {
                        try {
                            op.invoke(a, b, mine);
                        } catch (IllegalStateException closed) {
                            return;
                        }
                        float[] result = mine.toFloatArray();
                        if (!(result[0] == 11f || result[0] == 11.5f) || result[3] - result[0] != 33f) {
                            wrong.set(Arrays.toString(result));
                            return;
                        }
                        answered.incrementAndGet();
                    }
                }));
            }
            assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
            tuner.results.getFirst().complete(FakeTuner.record(tuner.requests.getFirst(), "tuned", null));
            assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
            int before = answered.get();
            while (answered.get() < before + 1000) {
                Thread.onSpinWait();
            }
            op.close();
            op.close();
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(wrong.get()).isNull();
            assertThatThrownBy(() -> op.invoke(a, b, out)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bind it again");
        }
    }

    @Test
    void closeWaitsForTheCallUnderWay() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        AtomicBoolean leave = new AtomicBoolean();
        setBehaviour("slow", args -> {
            inside.countDown();
            while (!leave.get()) {
                Thread.onSpinWait();
            }
            FakeBackend.addInto(args, 0);
        });
        ComputeRuntime runtime = builder().build();
        BoundOp op = runtime.bind(ADD_4);
        tuner.results.getFirst().complete(FakeTuner.record(tuner.requests.getFirst(), "slow", null));
        assertThat(runtime.awaitIdle(Duration.ofSeconds(10))).isTrue();
        Thread caller = Thread.ofPlatform().start(() -> op.invoke(a, b, out));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        Thread closer = Thread.ofPlatform().start(runtime::close);
        closer.join(200);
        assertThat(closer.isAlive()).as("close returned while a call was under way").isTrue();
        leave.set(true);
        closer.join();
        caller.join();
        assertThat(out.toFloatArray()).containsExactly(11, 22, 33, 44);
        assertThatThrownBy(() -> runtime.bind(ADD_4)).hasMessageContaining("closed");
    }
}
