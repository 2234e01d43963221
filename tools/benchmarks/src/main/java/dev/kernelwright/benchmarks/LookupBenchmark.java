package dev.kernelwright.benchmarks;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.RmsNorm;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to come to a kernel: to bind a workload that is live in the process (target: at most 5 µs), and to find
 * a record on disk with a store that has just been opened (target: at most 1 ms).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class LookupBenchmark {
    private final BlockPool pool = new BlockPool(1);
    private ComputeRuntime runtime;
    private Workload workload;
    private KernelKey key;
    private Path folder;

    /** Stores a real record, the default kernel of {@code rms_norm}, and binds the workload once. */
    @Setup
    public void setUp() throws IOException, KernelRejectedException {
        folder = Files.createTempDirectory("kernelwright-benchmark");
        workload = RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 1, 64).axis("cols", 4096).build();
        try (Backend backend = ServiceLoader.load(BackendProvider.class).findFirst().orElseThrow().open(0, pool);
                DirectoryStore store = DirectoryStore.open(folder)) {
            KernelTemplate template = backend.template(workload.signature()).orElseThrow();
            KernelSource source = template.expand(template.defaultPoint(), workload.signature());
            KernelBinary binary = backend.compile(source, workload.signature());
            key = KernelKey.of(workload, backend.target());
            Timing timing = Timing.of(new double[]{1000});
            store.put(new TuningRecord(key, backend.target(), new TuningRecord.Kernel(source, binary),
                    new Evaluation(ReasonCode.ACCEPTED, "made for a benchmark", 0, timing, timing, 0, null), Map.of(),
                    Instant.now(), null));
        }
        runtime = ComputeRuntime.builder().threads(1).missPolicy(MissPolicy.BASELINE_ONLY)
                .store(DirectoryStore.open(folder)).build();
        runtime.bind(workload);
    }

    /** Removes the record. */
    @TearDown
    public void tearDown() throws IOException {
        runtime.close();
        runtime.store().close();
        pool.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Binds a workload whose kernel is live, and closes the bound op again. */
    @Benchmark
    public void bindWarm() {
        BoundOp op = runtime.bind(workload);
        op.close();
    }

    /** Opens a store and finds a record in it. */
    @Benchmark
    public Optional<TuningRecord> findOnDisk() throws IOException {
        try (DirectoryStore store = DirectoryStore.open(folder)) {
            return store.find(key);
        }
    }

    /** Makes the key of a workload, which a first bind does before it asks the store. */
    @Benchmark
    public KernelKey makeKey() {
        return KernelKey.of(workload, runtime.devices().getFirst().target());
    }
}
