package dev.kernelwright.benchmarks;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
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
 * What {@link BoundOp#invoke} costs over launching the same kernel directly: an {@code add} of 16 floats.
 *
 * <p>Target: at most 50 ns more than {@link #direct}, and no bytes allocated ({@code -prof gc}). {@code rangedAxis} has
 * the check of a workload class, which finds the axis' value from the tensors.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first
public class InvokeBenchmark {
    private static final int N = 16;

    private final Tensor a = Tensor.allocate(DType.F32, N);
    private final Tensor b = Tensor.allocate(DType.F32, N);
    private final Tensor out = Tensor.allocate(DType.F32, N);
    private final Tensor[] arguments = {a, b, out};
    private final LaunchArguments prepared = new LaunchArguments(3, 1);
    private final BlockPool pool = new BlockPool(1);
    private Backend backend;
    private DeviceStream stream;
    private LoadedKernel kernel;
    private ComputeRuntime runtime;
    private BoundOp fixed;
    private BoundOp ranged;

    /** Makes the baseline once for the direct call and once behind bound ops. */
    @Setup
    public void setUp() {
        backend = ServiceLoader.load(BackendProvider.class).findFirst().orElseThrow().open(0, pool);
        stream = backend.newStream();
        Workload workload = Add.DEFINITION.workload(DType.F32).axis("n", N).build();
        kernel = backend.baseline(workload.signature()).orElseThrow();
        prepared.axes()[0] = N;
        for (int i = 0; i < arguments.length; i++) {
            prepared.setBuffer(i, arguments[i]);
        }
        runtime = ComputeRuntime.builder().threads(1).missPolicy(MissPolicy.BASELINE_ONLY).build();
        fixed = runtime.bind(workload);
        ranged = runtime.bind(Add.DEFINITION.workload(DType.F32).axis("n", 1, 1024).build());
        // As in a process that has run for a while: the bound ops and tensors are in the old generation, where storing a
        // reference costs the collector's barrier.
        System.gc();
        System.gc();
    }

    /** Gives everything back. */
    @TearDown
    public void tearDown() {
        runtime.close();
        kernel.close();
        backend.close();
        pool.close();
    }

    /** The kernel alone, with its arguments in place. */
    @Benchmark
    public void direct() {
        kernel.launch(stream, prepared);
    }

    /** A call with an array that the caller keeps. */
    @Benchmark
    public void keptArray() {
        fixed.invoke(arguments);
    }

    /** A call as one writes it. */
    @Benchmark
    public void varargs() {
        fixed.invoke(a, b, out);
    }

    /** A call of a workload class. */
    @Benchmark
    public void rangedAxis() {
        ranged.invoke(arguments);
    }
}
