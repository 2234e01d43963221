package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans, entry points and launches, with the parameters of {@code gelu}: {@code x[n] -> out[n]}. */
@SuppressWarnings("NarrowCalculation") // small numbers
class CpuKernelTest {
    private static final DeviceStream STREAM = new HostStream();
    private static final BlockPool POOL = new BlockPool(2);
    private static final CpuBackend BACKEND = (CpuBackend) new CpuBackendProvider().open(0, POOL);
    private static final KernelSignature SIGNATURE = workload(0, 1000).signature();
    /** Writes the number of its block to each of ten elements. */
    private static final String TENS = KernelSources.running("""
            for (long i = 10L * block; i < Math.min(n, 10L * block + 10); i++) {
                out.setAtIndex(ValueLayout.JAVA_FLOAT, i, block);
            }
            """);

    private static Workload workload(long min, long max) {
        return Gelu.DEFINITION.workload(DType.F32).axis("n", min, max).build();
    }

    @AfterAll
    static void close() {
        BACKEND.close();
        POOL.close();
    }

    @Test
    void everyBlockOfTheGridRunsOnceForEachLaunch() throws KernelRejectedException {
        LoadedKernel kernel = load(TENS, KernelSources.plan("run", "ceil_div(n, 10)", "0"));
        LaunchArguments arguments = launchArguments(995);
        kernel.launch(STREAM, arguments);
        float[] out = arguments.buffer(1).toFloatArray();
        for (int i = 0; i < out.length; i++) {
            assertThat(out[i]).isEqualTo(i / 10);
        }
        kernel.close();
    }

    @Test
    void stepsRunInOrderAndTheWorkspaceKeepsWhatTheFirstWrote() throws KernelRejectedException {
        String source = KernelSources.classOf("""
                static void fill(int block, MemorySegment x, MemorySegment out, MemorySegment w, long n) {
                    w.setAtIndex(ValueLayout.JAVA_INT, block, block + 1);
                }
                static void add(int block, MemorySegment x, MemorySegment out, MemorySegment w, long n) {
                    int sum = 0;
                    for (int i = 0; i < n; i++) {
                        sum += w.getAtIndex(ValueLayout.JAVA_INT, i);
                    }
                    out.setAtIndex(ValueLayout.JAVA_FLOAT, 0, sum);
                }
                """);
        LaunchPlan plan = new LaunchPlan(List.of(step("fill", "n"), step("add", "1")), Expression.parse("4 * n"));
        LoadedKernel kernel = load(source, plan);
        LaunchArguments arguments = launchArguments(100);
        assertThat(kernel.workspaceBytes(arguments.axes())).isEqualTo(400);
        arguments.setWorkspace(Tensor.allocate(DType.F32, 100));
        kernel.launch(STREAM, arguments);
        assertThat(arguments.buffer(1).toFloatArray()[0]).isEqualTo(5050);
        kernel.close();
    }

    @Test
    void anEmptyGridLaunchesNothing() throws KernelRejectedException {
        LoadedKernel kernel = load(TENS, KernelSources.plan("run", "ceil_div(n, 10)", "0"));
        kernel.launch(STREAM, launchArguments(0));
        kernel.close();
    }

    @Test
    void anAccessBeyondABufferEndsTheLaunchWithAnException() throws KernelRejectedException {
        LoadedKernel kernel = load(KernelSources.running("out.setAtIndex(ValueLayout.JAVA_FLOAT, n, 1f);"),
                KernelSources.plan("run", "4", "0"));
        assertThatThrownBy(() -> kernel.launch(STREAM, launchArguments(10)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        kernel.close();
    }

    static Stream<Arguments> faultyPlans() {
        Expression zero = Expression.constant(0);
        List<Expression> one = List.of(Expression.constant(1));
        return Stream.of(
                arguments("threads in a block", new LaunchPlan(List.of(
                        new LaunchPlan.Step("run", one, List.of(Expression.constant(32)), zero)), zero), "threads"),
                arguments("shared memory", new LaunchPlan(List.of(
                        new LaunchPlan.Step("run", one, List.of(), Expression.constant(64))), zero), "shared memory"),
                arguments("a grid of three dimensions", new LaunchPlan(List.of(new LaunchPlan.Step("run",
                        List.of(one.getFirst(), one.getFirst(), one.getFirst()), List.of(), zero)), zero),
                        "dimensions"),
                arguments("a negative grid", KernelSources.plan("run", "n - 2000", "0"), "blocks"),
                arguments("a grid of more blocks than there are numbers", KernelSources.plan("run", "n * 4000000", "0"),
                        "4000000000 blocks"),
                arguments("a grid that overflows",
                        KernelSources.plan("run", "9223372036854775807 * max(n, 2)", "0"), "cannot be evaluated"),
                arguments("a grid that divides by zero", KernelSources.plan("run", "100 / n", "0"), "by zero"),
                arguments("a grid over another op's axis", KernelSources.plan("run", "rows", "0"), "uses 'rows'"),
                arguments("a huge workspace", KernelSources.plan("run", "1", "1000000 * n"), "1000000000 bytes"),
                arguments("a negative workspace", KernelSources.plan("run", "1", "0 - 4"), "-4 bytes"),
                arguments("a missing entry point", KernelSources.plan("start", "1", "0"),
                        "no static void start(int, MemorySegment, MemorySegment, long)"),
                arguments("an entry point without the workspace", KernelSources.plan("run", "1", "64"),
                        "no static void run(int, MemorySegment, MemorySegment, MemorySegment, long)"),
                arguments("the constructor", KernelSources.plan("<init>", "1", "0"), "<init>"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultyPlans")
    void isAnInvalidPlan(@SuppressWarnings("unused") String name, LaunchPlan plan, String named) {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> BACKEND.compile(KernelSources.source(TENS, plan), SIGNATURE));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
        assertThat(rejection).hasMessageContaining(named);
    }

    @ParameterizedTest
    @ValueSource(strings = {"static void run(int b, MemorySegment x, long n) { }",
            "static void run(long b, MemorySegment x, MemorySegment out, long n) { }",
            "static void run(int b, MemorySegment x, MemorySegment out, int n) { }",
            "static int run(int b, MemorySegment x, MemorySegment out, long n) { return 0; }"})
    void anEntryPointWithOtherParametersIsNamedWithThoseItNeeds(String method) {
        assertThatThrownBy(() -> BACKEND.compile(KernelSources.source(KernelSources.classOf(method),
                KernelSources.plan("run", "1", "0")), SIGNATURE))
                .isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining(
                        "the plan launches 'run', but the class has no static void run(int, MemorySegment,"
                                + " MemorySegment, long): declare it with exactly these parameters");
    }

    @Test
    void aBinaryIsScreenedAgainWhenItIsLoaded() {
        LaunchPlan plan = KernelSources.plan("run", "1", "0");
        assertThatThrownBy(() -> BACKEND.load(new KernelBinary("class", new byte[]{1, 2, 3}, plan, ""), SIGNATURE))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("malformed");
    }

    /**
     * Until HotSpot has compiled it, a kernel's vectors are objects; then they must not be.
     *
     * <p>With whole vectors only: once a masked access has been out of bounds in a JVM, as other tests have it, the masks
     * of kernels that are compiled afterwards stay objects, since the platform's method that reports it may need them.
     */
    @Test
    void aLaunchAllocatesNothingOnceItIsCompiled() throws KernelRejectedException {
        Workload workload = StandardOps.catalog().parse("softmax(rows=1..8,cols=1024)", DType.F32);
        KernelTemplate template = BACKEND.template(workload.signature()).orElseThrow();
        KernelSource source = template.expand(template.defaultPoint(), workload.signature());
        com.sun.management.ThreadMXBean threads = ManagementFactory
                .getPlatformMXBean(com.sun.management.ThreadMXBean.class);
        try (BlockPool callerOnly = new BlockPool(1); Arena arena = Arena.ofShared()) {
            LoadedKernel kernel = new CpuBackendProvider().open(0, callerOnly)
                    .load(BACKEND.compile(source, workload.signature()), workload.signature());
            LaunchArguments arguments = new LaunchArguments(2, 2);
            arguments.setBuffer(0, Tensor.allocate(arena, DType.F32, 8, 1024));
            arguments.setBuffer(1, Tensor.allocate(arena, DType.F32, 8, 1024));
            arguments.axes()[0] = 8;
            arguments.axes()[1] = 1024;
            long deadline = System.nanoTime() + 20_000_000_000L;
            long allocated;
            do {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 500; i++) {
                    kernel.launch(STREAM, arguments);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            } while (allocated > 0 && System.nanoTime() - deadline < 0);
            assertThat(allocated).as("bytes allocated by 500 launches").isZero();
            kernel.close();
        }
    }

    /**
     * The platform's methods share their profiles among all who use memory. Before kernels pinned the class of their
     * segments, this one took 15 times as long as a copy, and 3 times where the JVM had seen no heap segments.
     */
    @Test
    void aKernelIsFastWhereOthersWorkOnHeapSegments() throws KernelRejectedException {
        MemorySegment heap = MemorySegment.ofArray(new byte[FloatVector.SPECIES_PREFERRED.vectorByteSize()]);
        for (int i = 0; i < 200_000; i++) {
            FloatVector.fromMemorySegment(FloatVector.SPECIES_PREFERRED, heap, 0, ByteOrder.nativeOrder())
                    .intoMemorySegment(heap, 0, ByteOrder.nativeOrder());
        }
        Workload workload = StandardOps.catalog().parse("rms_norm(rows=1,cols=4096)", DType.F32);
        KernelTemplate template = BACKEND.template(workload.signature()).orElseThrow();
        LoadedKernel kernel = BACKEND.load(BACKEND.compile(template.expand(template.defaultPoint(),
                workload.signature()), workload.signature()), workload.signature());
        try (Arena arena = Arena.ofShared()) {
            LaunchArguments arguments = new LaunchArguments(3, 2);
            for (int i = 0; i < 3; i++) {
                arguments.setBuffer(i, Tensor.allocate(arena, DType.F32, 4096));
            }
            arguments.axes()[0] = 1;
            arguments.axes()[1] = 4096;
            MemorySegment from = arguments.buffer(0).segment();
            MemorySegment to = arena.allocate(from.byteSize(), 64);
            double copy = Double.POSITIVE_INFINITY;
            double launch = Double.POSITIVE_INFINITY;
            long deadline = System.nanoTime() + 20_000_000_000L;
            do {
                copy = Math.min(copy, nanos(() -> MemorySegment.copy(from, 0, to, 0, from.byteSize())));
                launch = Math.min(launch, nanos(() -> kernel.launch(STREAM, arguments)));
            } while (launch > 6 * copy && System.nanoTime() - deadline < 0);
            assertThat(launch).as("ns of a launch, where a copy takes %s", copy).isLessThan(6 * copy);
        }
        kernel.close();
    }

    private static double nanos(Runnable work) {
        long start = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            work.run();
        }
        return (System.nanoTime() - start) / 200.0;
    }

    private static LaunchPlan.Step step(String entry, String grid) {
        return new LaunchPlan.Step(entry, List.of(Expression.parse(grid)), List.of(), Expression.constant(0));
    }

    private static LoadedKernel load(String source, LaunchPlan plan) throws KernelRejectedException {
        return BACKEND.load(BACKEND.compile(KernelSources.source(source, plan), SIGNATURE), SIGNATURE);
    }

    private static LaunchArguments launchArguments(long n) {
        LaunchArguments arguments = new LaunchArguments(2, 1);
        arguments.setBuffer(0, Tensor.allocate(DType.F32, n));
        arguments.setBuffer(1, Tensor.allocate(DType.F32, n));
        arguments.axes()[0] = n;
        return arguments;
    }
}
