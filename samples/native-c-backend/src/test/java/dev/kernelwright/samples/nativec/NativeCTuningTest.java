package dev.kernelwright.samples.nativec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.ReferenceKernel;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole way with a real store and tuner: a miss, a kernel in C that beats the baseline, and a hit. */
class NativeCTuningTest {
    /** One for the default point of the template. */
    private static final TuningBudget BUDGET = new TuningBudget(Duration.ofSeconds(90), 1);
    private static final Duration MAX_WAIT = Duration.ofMinutes(4);
    /** Relative to the largest result: above the rounding of sums of a thousand terms, far below any mistake. */
    private static final double TOLERANCE = 2e-5;

    /** One for all, since the roofline is kept in it. */
    @TempDir
    static Path cache;

    @BeforeAll
    static void requireCompiler() {
        Probe probe = new NativeCProvider().probe();
        assumeTrue(probe instanceof Probe.Available, probe::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rms_norm(rows=67,cols=1021)", "matmul(m=67,n=131,k=257)"})
    void aWorkloadIsTunedOnAMissAndFoundByTheNextProcess(String text) throws Exception {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        Tensor[] tensors = tensors(workload);
        Tensor expected = expected(workload, tensors);
        Queue<RuntimeEvent> events = new ConcurrentLinkedQueue<>();
        try (DirectoryStore store = DirectoryStore.open(cache)) {
            try (ComputeRuntime runtime = ComputeRuntime.builder().devices("native-c").store(store)
                    .tuningBudget(BUDGET).listener(events::add).build(); BoundOp op = runtime.bind(workload)) {
                assertThat(runtime.statistics().misses()).isEqualTo(1);
                op.invoke(tensors);
                assertThat(error(tensors[tensors.length - 1], expected)).isLessThan(TOLERANCE);

                assertThat(runtime.awaitIdle(MAX_WAIT)).as("%s is tuned in time", workload).isTrue();

                assertThat(events).filteredOn(RuntimeEvent.Candidate.class::isInstance)
                        .extracting(event -> ((RuntimeEvent.Candidate) event).evaluation().reason())
                        .contains(ReasonCode.ACCEPTED);
                assertThat(op.isTuned()).isTrue();
                tensors[tensors.length - 1].segment().fill((byte) 0);
                op.invoke(tensors);
                assertThat(error(tensors[tensors.length - 1], expected)).isLessThan(TOLERANCE);
            }
            try (ComputeRuntime runtime = ComputeRuntime.builder().devices("native-c").store(store)
                    .executor(Runnable::run).build(); BoundOp op = runtime.bind(workload)) {
                assertThat(runtime.statistics().hits()).isEqualTo(1);
                assertThat(runtime.statistics().misses()).isZero();
                assertThat(op.isTuned()).isTrue();
                tensors[tensors.length - 1].segment().fill((byte) 0);
                op.invoke(tensors);
                assertThat(error(tensors[tensors.length - 1], expected)).isLessThan(TOLERANCE);
            }
        }
    }

    private static Tensor[] tensors(Workload workload) {
        Random random = new Random(7);
        return workload.signature().buffers().stream().map(buffer -> {
            Tensor tensor = Tensor.allocate(DType.F32, shape(workload, buffer));
            for (long i = 0; i < tensor.byteSize() / Float.BYTES; i++) {
                tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat() - 0.5f);
            }
            return tensor;
        }).toArray(Tensor[]::new);
    }

    private static long[] shape(Workload workload, BufferSpec buffer) {
        return workload.signature().shape(buffer, workload.signature().maxAxes());
    }

    private static Tensor expected(Workload workload, Tensor[] tensors) {
        long[] axes = workload.signature().maxAxes();
        LaunchArguments arguments = new LaunchArguments(tensors.length, axes.length);
        System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
        IntStream.range(0, tensors.length - 1).forEach(i -> arguments.setBuffer(i, tensors[i]));
        Tensor result = Tensor.allocate(DType.F32, shape(workload, workload.signature().outputs().getFirst()));
        arguments.setBuffer(tensors.length - 1, result);
        try (BlockPool pool = new BlockPool(2);
                NativeCBackend backend = (NativeCBackend) new NativeCProvider().open(0, pool);
                ReferenceKernel reference = new ReferenceKernel(workload, backend, pool)) {
            reference.launch(backend.newStream(), arguments);
        }
        return result;
    }

    private static double error(Tensor found, Tensor expected) {
        float[] results = found.segment().toArray(ValueLayout.JAVA_FLOAT);
        float[] right = expected.segment().toArray(ValueLayout.JAVA_FLOAT);
        double largest = IntStream.range(0, right.length).mapToDouble(i -> Math.abs(right[i])).max().orElseThrow();
        return IntStream.range(0, right.length).mapToDouble(i -> Math.abs(results[i] - right[i])).max().orElseThrow()
                / largest;
    }
}
