package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.FakeDriver;
import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What launch plans become on a GPU, seen from a driver that notes how it is called; it lets a block have 8 threads. */
class CudaPlanTest {
    private static final CudaDevice HOPPER = device(90, "sm_90a");
    private static final CudaDevice AMPERE = device(80, "sm_80");

    @TempDir
    static Path folder;

    private static FakeDriver fake;
    private static CudaDriver driver;
    private CudaContext context;
    private CudaStream stream;
    private final Arena arena = Arena.ofShared();

    static CudaDevice device(int capability, String architecture) {
        return new CudaDevice(12, "Fake 12", capability, architecture, 132,
                new CudaDevice.Multiprocessor(65_536, 2048, 233_472), 1024, 232_448, 1L << 37, 1 << 25, 13000);
    }

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        fake = FakeDriver.compile(folder, 13000, 0);
        driver = fake.driver();
    }

    @BeforeEach
    void open() {
        context = new CudaContext(driver, HOPPER, "cuda");
        stream = new CudaStream(context);
    }

    @AfterEach
    void close() {
        fake.answer(0);
        arena.close();
        context.close();
    }

    private static KernelSignature signature(DType dtype, AxisRange rows, AxisRange cols) {
        List<Expression> dims = List.of(Expression.parse("rows"), Expression.parse("cols"));
        return new KernelSignature("copy", 1, dtype, List.of(rows, cols), Map.of(), Set.of(),
                List.of(new BufferSpec("x", dtype, dims, false, null), new BufferSpec("y", dtype, dims, true, null)));
    }

    private static KernelSignature signature(DType dtype) {
        return signature(dtype, new AxisRange("rows", 8, 512), new AxisRange("cols", 64, 256));
    }

    private static LaunchPlan plan(String directives) {
        return KernelTemplate.parse(CudaBackend.LANGUAGE, directives).plan();
    }

    private CudaKernel load(CudaDevice device, String directives, DType dtype) throws KernelRejectedException {
        return CudaKernel.load(context, device, new byte[]{'x'}, plan(directives), signature(dtype));
    }

    private LaunchArguments arguments(DType dtype, long rows, long cols) {
        LaunchArguments arguments = new LaunchArguments(2, 2);
        arguments.setBuffer(0, context.heap().allocate(arena, dtype, rows, cols));
        arguments.setBuffer(1, context.heap().allocate(arena, dtype, rows, cols));
        arguments.axes()[0] = rows;
        arguments.axes()[1] = cols;
        return arguments;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            grid=rows block=8                         | cuLaunchKernel 7000000000f0 16 1 1 8 1 1 0
            grid=rows;2 block=4;2 cluster=2;2 shared=96 | cuLaunchKernelEx 7000000000f0 16 2 1 4 2 1 96
            grid=rows block=8 cluster=rows/8          | cuLaunchKernelEx 7000000000f0 16 1 1 8 1 1 0
            grid=rows block=8 cooperative=1           | cuLaunchKernelEx 7000000000f0 16 1 1 8 1 1 0
            """)
    void aStepIsLaunchedAsThePlanSays(String step, String call) throws KernelRejectedException {
        KernelSignature signature = signature(DType.F32, new AxisRange("rows", 8, 64), new AxisRange("cols", 64, 64));
        try (CudaKernel kernel = CudaKernel.load(context, HOPPER, new byte[]{'x'}, plan("// @step run " + step),
                signature)) {
            kernel.launch(stream, arguments(DType.F32, 16, 64));
            assertThat(fake.lastCall()).startsWith(call + " 7000000000a0");
            if (step.contains("cluster=2;2")) {
                assertThat(fake.lastCall()).contains(" cluster 2 2 1 ");
            } else if (step.contains("cluster=rows/8")) {
                assertThat(fake.lastCall()).contains(" cluster 2 1 1 ");
                kernel.launch(stream, arguments(DType.F32, 64, 64));
                assertThat(fake.lastCall()).contains(" cluster 8 1 1 ");
            }
            assertThat(fake.lastCall().contains(" cooperative 1 ")).isEqualTo(step.contains("cooperative=1"));
        }
    }

    @Test
    void whatAKernelTakesOfTheDeviceAndRunsAtATimeIsReported() throws KernelRejectedException {
        fake.functionAttribute(96);
        fake.forgetCalls();
        String directives = "// @step first grid=rows;2 block=48;2 shared=cols\n// @step second grid=1 block=1";
        try (CudaKernel kernel = load(HOPPER, directives, DType.F32)) {
            assertThat(kernel.report()).isEqualTo("""
                    first: 96 registers a thread, 96 bytes of local memory a thread (spills and stack), shared memory a \
                    block 96 bytes static and 256 dynamic; 4 blocks of 96 threads at a time on a multiprocessor, \
                    theoretical occupancy 19 %; 1024 blocks in the grid, 1.94 waves of 132 multiprocessors
                    second: 96 registers a thread, 96 bytes of local memory a thread (spills and stack), shared memory \
                    a block 96 bytes static and 0 dynamic; 4 blocks of 1 threads at a time on a multiprocessor, \
                    theoretical occupancy 6 %; 1 blocks in the grid, 0.00 waves of 132 multiprocessors""");
            assertThat(fake.calls()).contains("cuFuncGetAttribute 4 7000000000f0", "cuFuncGetAttribute 3 7000000000f0",
                    "cuOccupancyMaxActiveBlocksPerMultiprocessor 7000000000f0 96 256");
        } finally {
            fake.functionAttribute(8);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            // @step run grid=rows block=8 cluster=3        | make it a multiple
            // @step run grid=rows*16 block=8 cluster=4;2;2 | make it a multiple
            // @step run grid=rows block=8 cluster=16       | make it a multiple
            // @step run grid=rows*2 block=8 cluster=16     | more than the 8 blocks
            // @step run grid=rows*2 block=8 cooperative=1  | 1024 blocks that are to run at once, but Fake 12 runs at most 528
            // @step run grid=rows block=16                 | 16 threads
            """)
    void aStepThatTheDeviceCannotLaunchIsRefusedBefore(String directive, String message) {
        assertThatThrownBy(() -> load(HOPPER, directive, DType.F32)).isInstanceOfSatisfying(
                KernelRejectedException.class, e -> assertThat(e.reason()).isEqualTo(ReasonCode.INVALID_PLAN))
                .hasMessageContaining(message);
        assertThat(fake.lastCall()).isEqualTo("cuModuleUnload 7000000000d0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            x dims=cols;rows box=300;8 swizzle=0    | 300 elements in a dimension
            x dims=cols;rows box=64;8 swizzle=64    | 256 bytes, more than its swizzle of 64
            x dims=cols;rows box=16;8 swizzle=48    | a swizzle of 48 bytes
            x dims=cols;rows box=3;8 swizzle=0      | has 12 bytes
            x dims=cols-1;rows box=16;8 swizzle=0   | a stride of 252 bytes
            x dims=cols;rows+1 box=16;8 swizzle=0   | more than the 2048 bytes of its buffer
            x dims=cols-cols;rows box=16;8 swizzle=0 | 0 elements in a dimension
            """)
    void aTensorMapThatTheDeviceCannotUseIsRefusedBefore(String map, String message) {
        assertThatThrownBy(() -> load(HOPPER, "// @step run grid=1 block=8\n// @tensor_map " + map, DType.F32))
                .isInstanceOfSatisfying(KernelRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.INVALID_PLAN))
                .hasMessageContaining(message);
    }

    @Test
    void whatCameWithHopperIsRefusedOnAnOlderGpu() {
        assertThatThrownBy(() -> load(AMPERE, "// @step run grid=rows block=8 cluster=2", DType.F32))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("sm_80");
        assertThatThrownBy(() -> load(AMPERE,
                "// @step run grid=rows block=8\n// @tensor_map x dims=cols;rows box=16;8 swizzle=0", DType.F32))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("sm_80");
    }

    @Test
    void aTensorMapIsEncodedForTheBuffersTypeAndWhenSomethingHasChanged() throws KernelRejectedException {
        // Nothing is launched at 8 rows, so that the last call is the one that encoded the map, if any did.
        String directives = "// @step run grid=rows-8 block=8\n// @tensor_map y dims=cols;rows box=64;16 swizzle=128";
        try (CudaKernel kernel = load(HOPPER, directives, DType.BF16)) {
            LaunchArguments arguments = arguments(DType.BF16, 8, 64);
            kernel.launch(stream, arguments);
            assertThat(fake.lastCall())
                    .isEqualTo("cuTensorMapEncodeTiled 9 2 7f0000000000 64 8 128 64 16 1 1 0 3 2 0 0");
            kernel.launch(stream, arguments);
            assertThat(fake.lastCall()).startsWith("cuCtxSetCurrent");
            kernel.launch(stream, arguments(DType.BF16, 8, 128));
            assertThat(fake.lastCall()).contains(" 128 8 256 64 16 ");
            Tensor wide = context.heap().allocate(arena, DType.BF16, 9, 128);
            arguments.axes()[1] = 128;
            arguments.setBuffer(1, Tensor.over(wide.memory(), 256, DType.BF16, 8, 128));
            kernel.launch(stream, arguments);
            assertThat(fake.lastCall()).startsWith("cuTensorMapEncodeTiled 9 2 7f0000000100 ");
            arguments.setBuffer(1, Tensor.over(wide.memory(), 2, DType.BF16, 8, 128));
            kernel.launch(stream, arguments);
            assertThat(fake.lastCall()).as("a buffer at no multiple of 16 has no map").startsWith("cuCtxSetCurrent");
            arguments.setBuffer(1, Tensor.over(wide.memory(), 256, DType.BF16, 8, 128));
            kernel.launch(stream, arguments);
            assertThat(fake.lastCall()).startsWith("cuTensorMapEncodeTiled 9 2 7f0000000100 ");
            arguments.axes()[1] = 68;
            arguments.setBuffer(1, Tensor.over(wide.memory(), 0, DType.BF16, 8, 68));
            assertThatThrownBy(() -> kernel.launch(stream, arguments)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a stride of 136 bytes");
        }
    }

    @Test
    void launchesOfEveryKindAllocateNothing() throws KernelRejectedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        String directives = """
                // @step run grid=rows block=8
                // @step run grid=rows block=8 cluster=rows/8 cooperative=1
                // @tensor_map x dims=cols;rows box=64;8 swizzle=0
                """;
        KernelSignature signature = signature(DType.F32, new AxisRange("rows", 8, 64), new AxisRange("cols", 64, 64));
        try (CudaKernel kernel = CudaKernel.load(context, HOPPER, new byte[]{'x'}, plan(directives), signature)) {
            LaunchArguments arguments = arguments(DType.F32, 16, 64);
            long allocated = Long.MAX_VALUE;
            // The interpreter allocates where compiled code does not: its rounds are no verdict.
            for (int round = 0; round < 20 && allocated != 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 10_000; i++) {
                    kernel.launch(stream, arguments);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated).as("bytes in 10,000 launches").isZero();
        }
    }
}
