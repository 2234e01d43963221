package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.isolation.Sandbox;
import dev.kernelwright.tuning.trial.WorkerRemains;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One hostile kernel after the other through the tuner, in an application that goes on calling an op meanwhile.
 *
 * <p>The kernels are those of a backend that screens nothing, so each really does what it is up to.
 */
class HostileStreamTest {
    private static final int FEW = 20;
    private static final int MANY = 1_000;
    private static final Duration KERNEL_TIME = Duration.ofSeconds(1);
    /** What a verdict may take beyond the time of the kernel: killing the worker, and starting the next one. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** What each does to its worker, and the verdicts that it may get. */
    private static final Map<Behaviour, ReasonCode> HOSTILE = new EnumMap<>(Map.ofEntries(
            Map.entry(Behaviour.ENDLESS, ReasonCode.TIMEOUT),
            Map.entry(Behaviour.FLOODS, ReasonCode.TIMEOUT),
            Map.entry(Behaviour.ALLOCATES, ReasonCode.CRASHED),
            Map.entry(Behaviour.RECURSES, ReasonCode.CRASHED),
            Map.entry(Behaviour.EXITS, ReasonCode.CRASHED),
            Map.entry(Behaviour.HALTS, ReasonCode.CRASHED),
            Map.entry(Behaviour.SEGFAULTS, ReasonCode.CRASHED),
            Map.entry(Behaviour.THROWS, ReasonCode.CRASHED),
            Map.entry(Behaviour.THROWS_WHEN_LOADED, ReasonCode.CRASHED),
            Map.entry(Behaviour.HUGE_WORKSPACE, ReasonCode.INVALID_PLAN),
            Map.entry(Behaviour.CLAIMS_ACCEPTANCE, ReasonCode.CRASHED),
            Map.entry(Behaviour.FORGES_SUCCESS, ReasonCode.CRASHED),
            Map.entry(Behaviour.SENDS_GARBAGE, ReasonCode.CRASHED),
            Map.entry(Behaviour.CLOSES_CONNECTION, ReasonCode.CRASHED),
            Map.entry(Behaviour.WRITES_BEHIND, ReasonCode.OUT_OF_BOUNDS),
            Map.entry(Behaviour.MUTATES_INPUT, ReasonCode.INPUT_MUTATED),
            Map.entry(Behaviour.STARTS_THREADS, ReasonCode.TIMEOUT),
            Map.entry(Behaviour.STARTS_PROCESSES, ReasonCode.CRASHED),
            Map.entry(Behaviour.LEAVES_FILES, ReasonCode.CRASHED)));

    /** Proposes hostile kernels in turn and an honest one at the end, and takes the time of each verdict. */
    private static final class Hostile implements KernelGenerator {
        private final int count;
        private final long allowedNanos;
        private final List<String> mistakes = new ArrayList<>();
        private long longestNanos;
        private int judged;
        private Remains before = new Remains(0, 0, List.of());

        Hostile(int count, long allowedNanos) {
            this.count = count;
            this.allowedNanos = allowedNanos;
        }

        @Override
        public String name() {
            return "hostile";
        }

        @Override
        public Search start(TuningRequest request) {
            List<Behaviour> behaviours = List.copyOf(HOSTILE.keySet());
            return new Search() {
                private int next;
                private long start;

                @Override
                public Optional<KernelSource> next() {
                    if (next == behaviours.size()) {
                        // Everything that is started once has been.
                        before = Remains.now();
                    }
                    start = System.nanoTime();
                    return next > count
                            ? Optional.empty()
                            : Optional.of(next++ == count
                                    ? FakeBackend.source(Behaviour.CORRECT)
                                    : FakeBackend.source(behaviours.get((next - 1) % behaviours.size()), next));
                }

                @Override
                public void learn(KernelSource candidate, Evaluation evaluation) {
                    if (next <= count) {
                        long nanos = System.nanoTime() - start;
                        longestNanos = Math.max(longestNanos, nanos);
                        judged++;
                        ReasonCode expected = HOSTILE.get(behaviours.get((next - 1) % behaviours.size()));
                        if (evaluation.reason() != expected || nanos > allowedNanos) {
                            mistakes.add(candidate.text() + " after " + nanos / 1_000_000 + " ms: "
                                    + evaluation.reason() + ", " + evaluation.message());
                        }
                    }
                }
            };
        }
    }

    /** What a worker might leave in the application's process or on its machine. */
    private record Remains(long fileDescriptors, long threads, List<Path> files) {
        static Remains now() {
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"));
                    Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
                return new Remains(descriptors.count(), Thread.getAllStackTraces().size(), temporary
                        .filter(file -> file.getFileName().toString()
                                .startsWith("kernelwright-isolation-" + ProcessHandle.current().pid() + "-"))
                        .toList());
            } catch (IOException e) {
                return new Remains(0, 0, List.of());
            }
        }
    }

    @Test
    void theApplicationSurvivesHostileKernels() throws Exception {
        // How soon a JVM starts is the machine's affair, which may be anybody's here: no verdict is too late.
        run(FEW, Long.MAX_VALUE);
    }

    @Test
    @Tag("stress")
    void theApplicationSurvivesAThousandHostileKernelsAndNoVerdictIsLate() throws Exception {
        run(MANY, KERNEL_TIME.toNanos() + GRACE_NANOS);
    }

    @SuppressWarnings("SystemOut") // the figures that are kept
    private static void run(int count, long allowedNanos) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong calls = new AtomicLong();
        AtomicLong wrong = new AtomicLong();
        Hostile hostile = new Hostile(count, allowedNanos);
        long start = System.nanoTime();
        try (ComputeRuntime application = ComputeRuntime.builder().devices("fake").missPolicy(
                MissPolicy.BASELINE_ONLY).build();
                TuningEngine engine = TuningEngine.builder().generators(List.of(hostile)).workerHeapMebibytes(64)
                        .kernelTime(KERNEL_TIME).build()) {
            Thread caller = Thread.ofPlatform().name("application").start(() -> call(application, stop, calls, wrong));
            FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);
            Workload workload = TestOps.fixed();
            TuningRecord record = engine.submit(new TuningRequest(KernelKey.of(workload, backend.target()), workload,
                    backend, 1, Optional.empty(), new TuningBudget(Duration.ofHours(2), count + 1),
                    new Rooflines(Optional.empty())),
                    (number, spent, source, evaluation) -> {
                    }).get(2, TimeUnit.HOURS);
            Remains after = Remains.now();
            stop.set(true);
            caller.join();

            assertThat(hostile.mistakes).isEmpty();
            assertThat(hostile.judged).isEqualTo(count);
            assertThat(record.kernel()).as("the honest kernel after them all").isNotNull();
            assertThat(wrong).hasValue(0);
            assertThat(calls.get()).isGreaterThan(count);
            // The thread of a log ends shortly after its process; those of the last worker or two may still be there.
            assertThat(after.threads).isLessThanOrEqualTo(hostile.before.threads + 4);
            assertThat(after.fileDescriptors).isLessThanOrEqualTo(hostile.before.fileDescriptors + 4);
            assertThat(after.files).isEmpty();
        }
        WorkerRemains.assertNone();
        System.out.printf("%d hostile kernels in %.0f s with isolation '%s'; the longest verdict took %.2f s;"
                + " %d calls meanwhile, %d wrong%n", count, (System.nanoTime() - start) / 1e9,
                Sandbox.available().level(), hostile.longestNanos / 1e9, calls.get(), wrong.get());
    }

    /** The application: calls its op and looks at every result. */
    private static void call(ComputeRuntime application, AtomicBoolean stop, AtomicLong calls, AtomicLong wrong) {
        try (Arena arena = Arena.ofShared(); BoundOp op = application.bind(TestOps.fixed())) {
            Tensor x = Tensor.allocate(arena, DType.F32, 8, 64);
            Tensor b = Tensor.allocate(arena, DType.F32, 64);
            Tensor y = Tensor.allocate(arena, DType.F32, 8, 64);
            for (int i = 0; i < 512; i++) {
                x.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
                b.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i % 64, i % 64);
            }
            while (!stop.get()) {
                y.segment().fill((byte) 0xff);
                op.invoke(x, b, y);
                for (int i = 0; i < 512; i++) {
                    // Small whole numbers, which are exact.
                    if (y.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i) != 2 * i + i % 64) {
                        wrong.incrementAndGet();
                        break;
                    }
                }
                calls.incrementAndGet();
            }
        }
    }
}
