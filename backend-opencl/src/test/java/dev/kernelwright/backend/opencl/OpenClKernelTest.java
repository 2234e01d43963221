package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.spi.DeviceStream;
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
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources, plans, entry points and launches, with the parameters of {@code gelu}: {@code x[n] -> out[n]}. */
class OpenClKernelTest {
    private static final KernelSignature SIGNATURE =
            Gelu.DEFINITION.workload(DType.F32).axis("n", 0, 1000).build().signature();
    private static final KernelSignature SIGNATURE_FROM_8 =
            Gelu.DEFINITION.workload(DType.F32).axis("n", 8, 1000).build().signature();
    private static final String DOUBLES = """
            // @step run grid=ceil_div(n,16) block=16
            __kernel void run(__global const float *x, __global float *out, long n) {
                long i = get_global_id(0);
                if (i < n) {
                    out[i] = 2 * x[i];
                }
            }
            """;

    private static OpenClBackend backend;

    @BeforeAll
    static void open() {
        backend = OpenedDevice.open();
    }

    @AfterAll
    static void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @Test
    void stepsRunInOrderWithTheWorkspaceAndLocalMemory() throws KernelRejectedException {
        String source = """
                // @step number grid=ceil_div(n,10) block=10
                // @step add grid=1 block=8 shared=8*4
                // @workspace 4 * n
                __kernel void number(__global const float *x, __global float *out, __global float *w, long n) {
                    long i = get_global_id(0);
                    if (i < n) {
                        w[i] = i + 1;
                    }
                }
                __kernel void add(__global const float *x, __global float *out, __global float *w, long n,
                        __local float *sums) {
                    int item = get_local_id(0);
                    sums[item] = 0;
                    for (long i = item; i < n; i += 8) {
                        sums[item] += w[i];
                    }
                    barrier(CLK_LOCAL_MEM_FENCE);
                    if (item == 0) {
                        out[0] = sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
                    }
                }
                """;
        try (LoadedKernel kernel = load(source);
                Arena arena = Arena.ofShared();
                DeviceStream stream = backend.newStream()) {
            LaunchArguments arguments = arguments(arena, 95);
            assertThat(kernel.workspaceBytes(arguments.axes())).isEqualTo(380);
            arguments.setWorkspace(backend.allocate(arena, DType.F32, 95));
            kernel.launch(stream, arguments);
            assertThat(read(stream, arguments.buffer(1))[0]).isEqualTo(95 * 96 / 2f);
            assertThat(kernel.report().lines()).hasSize(2);
            assertThat(kernel.report()).containsPattern("number: \\d+ bytes of private memory a work-item, 0 bytes of"
                    + " local memory a group; groups of 10 work-items of at most \\d+, best a multiple of \\d+; 100"
                    + " groups on \\d+ compute units\nadd: \\d+ .* 32 bytes of local memory a group; groups of 8 ");
        }
    }

    @Test
    void anEmptyGridLaunchesNothing() throws KernelRejectedException {
        try (LoadedKernel kernel = load(DOUBLES);
                Arena arena = Arena.ofShared();
                DeviceStream stream = backend.newStream()) {
            kernel.launch(stream, arguments(arena, 0));
            stream.synchronize();
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            no block                   | run grid=n                         | 0  | gives no block
            too large a work-group     | run grid=1 block=1048576           | 0  | has 1048576 work-items
            too large in one dimension | run grid=1 block=1;4294967296      | 0  | has 4294967296 work-items
            too large in two dimensions| run grid=1 block=4096;256          | 0  | has 1048576 work-items
            local memory undeclared    | run grid=1 block=1 shared=64       | 0  | has 3 parameters, but a launch gives 4
            a workspace undeclared     | run grid=1 block=1                 | 64 | has 3 parameters, but a launch gives 4
            a missing entry            | start grid=1 block=1               | 0  | the plan launches 'start'
            a negative grid            | run grid=n-2000 block=1            | 0  | blocks
            a block of nothing         | run grid=1 block=n                 | 0  | 0 threads
            a grid that divides by zero| run grid=100/n block=1             | 0  | by zero
            another op's axis          | run grid=rows block=1              | 0  | uses 'rows'
            a negative workspace       | run grid=1 block=1                 | 0-4| -4 bytes
            """)
    void isAnInvalidPlan(@SuppressWarnings("unused") String name, String step, String workspace, String named) {
        KernelTemplate template = KernelTemplate.parse(OpenClBackend.LANGUAGE, "// @step " + step + "\n// @workspace "
                + workspace + DOUBLES.substring(DOUBLES.indexOf('\n')));
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                () -> backend.compile(template.expand(Map.of(), SIGNATURE), SIGNATURE));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
        assertThat(rejection).hasMessageContaining(named);
    }

    @Test
    void moreLocalMemoryThanTheDeviceHasIsRefusedBeforeALaunch() {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class, () -> load("""
                // @step run grid=1 block=1 shared=999999999
                __kernel void run(__global const float *x, __global float *out, long n, __local float *w) {
                }
                """));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
        assertThat(rejection).hasMessageContaining("999999999 bytes of local memory").hasMessageContaining("use less");
    }

    @Test
    void aSourceThatDoesNotCompileIsRefusedWithTheWholeLog() {
        String source = """
                // @step run grid=1 block=1
                __kernel void run(__global const float *x, __global float *out, long n) {
                    out[0] = missing;
                    out[1] = absent;
                }
                """;
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class, () -> load(source));
        assertThat(rejection).isNotNull();
        assertThat(rejection.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        assertThat(rejection).hasMessageContaining("missing").hasMessageContaining("absent")
                .hasMessageMatching("(?s).*3[:,(]14.*4[:,(]14.*");
    }

    @Test
    void sourcesAndBinariesOfOtherBackendsAreRefused() {
        LaunchPlan plan = KernelTemplate.parse(OpenClBackend.LANGUAGE, DOUBLES).plan();
        assertThatThrownBy(() -> backend.compile(new KernelSource("cuda", DOUBLES, plan, Map.of()), SIGNATURE))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("a source in 'cuda'");
        assertThatThrownBy(() -> backend.load(new KernelBinary("cubin", new byte[8], plan, ""), SIGNATURE))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("a binary of the format 'cubin'");
        assertThatThrownBy(() -> backend.load(new KernelBinary(OpenClBackend.FORMAT, new byte[8], plan, ""), SIGNATURE))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("compile the source again");
    }

    /** PoCL ends the process over a binary that was cut: that it goes on is part of what is tested here. */
    @Test
    void aDriverIsGivenNoBinaryThatItDidNotMakeOrThatIsNotWhole() throws KernelRejectedException {
        KernelTemplate template = KernelTemplate.parse(OpenClBackend.LANGUAGE, DOUBLES);
        KernelBinary whole = backend.compile(template.expand(Map.of(), SIGNATURE), SIGNATURE);
        backend.load(whole, SIGNATURE).close();
        byte[] changed = whole.bytes().clone();
        changed[changed.length / 2] ^= 1;
        OpenClDevice device = OpenClDevices.find().usable().getFirst();
        OpenClDevice updated = new OpenClDevice(device.platform(), device.id(), device.name(), device.platformName(),
                device.vendor(), device.version(), device.driver() + ".1", device.isGpu(), device.computeUnits(),
                device.maxGroupSize(), device.maxGroupSizes(), device.localBytes(), device.globalBytes(),
                device.maxAllocationBytes(), device.cacheBytes(), device.baseAlignmentBytes(),
                device.hasSharedMemory());
        byte[] ofAnother = SealedBinary.seal(SealedBinary.open(whole.bytes(), device), updated);
        for (byte[] bytes : List.of(Arrays.copyOf(whole.bytes(), whole.bytes().length / 2), changed, ofAnother,
                new byte[0])) {
            KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class,
                    () -> backend.load(new KernelBinary(OpenClBackend.FORMAT, bytes, whole.plan(), ""), SIGNATURE));
            assertThat(rejection).hasMessageContaining("is damaged, or was not made by").hasMessageContaining(
                    "compile the source again");
            assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
        }
    }

    @Test
    void theCompilerIsToldTheSizeOfAWorkGroupThatDoesNotDependOnAnAxis() throws KernelRejectedException {
        String source = """
                // @step run grid=1 block=16;2
                // @step other grid=1 block=min(n,8)
                // @step own grid=1 block=8
                // @step before grid=1 block=8
                // @step hinted grid=1 block=4
                __kernel
                void run(__global const float *x, __global float *out, long n) {}
                kernel void other(__global const float *x, __global float *out, long n) {}
                __kernel __attribute__((reqd_work_group_size(8, 1, 1)))
                void own(__global const float *x, __global float *out, long n) {}
                __attribute__((reqd_work_group_size(8, 1, 1)))
                __kernel void before(__global const float *x, __global float *out, long n) {}
                __attribute__((vec_type_hint(float4))) kernel void hinted(__global const float *x, __global float *out,
                        long n) {}
                """;
        LaunchPlan plan = KernelTemplate.parse(OpenClBackend.LANGUAGE, source).plan();
        OpenClDevice device = OpenClDevices.find().usable().getFirst();
        assertThat(WorkGroups.declare(source, plan, WorkGroups.compile(plan, SIGNATURE_FROM_8, device),
                SIGNATURE_FROM_8)).isEqualTo(source
                        .replace("__kernel\nvoid run",
                                "__kernel __attribute__((reqd_work_group_size(16, 2, 1)))\nvoid run")
                        .replace("kernel void hinted",
                                "kernel __attribute__((reqd_work_group_size(4, 1, 1))) void hinted"));
        backend.load(backend.compile(KernelTemplate.parse(OpenClBackend.LANGUAGE, source).expand(Map.of(),
                SIGNATURE_FROM_8), SIGNATURE_FROM_8), SIGNATURE_FROM_8).close();
    }

    @Test
    void aSizeOfAWorkGroupThatContradictsThePlanIsRefused() {
        KernelRejectedException rejection = catchThrowableOfType(KernelRejectedException.class, () -> load("""
                // @step run grid=1 block=16
                __kernel __attribute__((reqd_work_group_size(8, 1, 1)))
                void run(__global const float *x, __global float *out, long n) {}
                """));
        assertThat(rejection.reason()).isEqualTo(ReasonCode.INVALID_PLAN);
        assertThat(rejection).hasMessageContaining("its reqd_work_group_size is [8, 1, 1]");
    }

    /** Until HotSpot has compiled it, a launch has objects. */
    @Test
    void aLaunchAllocatesNothingOnTheHeapOnceItIsCompiled() throws KernelRejectedException {
        com.sun.management.ThreadMXBean threads = ManagementFactory
                .getPlatformMXBean(com.sun.management.ThreadMXBean.class);
        try (LoadedKernel kernel = load(DOUBLES);
                Arena arena = Arena.ofShared();
                DeviceStream stream = backend.newStream()) {
            LaunchArguments arguments = arguments(arena, 100);
            long deadline = System.nanoTime() + 30_000_000_000L;
            long allocated;
            do {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    kernel.launch(stream, arguments);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
                stream.synchronize();
            } while (allocated > 0 && System.nanoTime() - deadline < 0);
            assertThat(allocated).as("bytes allocated by 200 launches").isZero();
        }
    }

    @Test
    void severalThreadsUseTwoStreamsWithWorkspacesAndGetTheirOwnResults() throws Exception {
        String source = """
                // @step first grid=ceil_div(n,16) block=16
                // @step second grid=ceil_div(n,16) block=16
                // @workspace 4 * n
                __kernel void first(__global const float *x, __global float *out, __global float *w, long n) {
                    long i = get_global_id(0);
                    if (i < n) {
                        w[n - 1 - i] = x[i];
                    }
                }
                __kernel void second(__global const float *x, __global float *out, __global float *w, long n) {
                    long i = get_global_id(0);
                    if (i < n) {
                        out[i] = w[n - 1 - i] + 1;
                    }
                }
                """;
        try (LoadedKernel kernel = load(source);
                DeviceStream one = backend.newStream();
                DeviceStream two = backend.newStream();
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<float[]>> results = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                float first = 1000 * thread;
                DeviceStream stream = thread % 2 == 0 ? one : two;
                results.add(threads.submit(() -> repeat(kernel, stream, first)));
            }
            for (int thread = 0; thread < 4; thread++) {
                for (float value : results.get(thread).get()) {
                    assertThat(value).isEqualTo(1000 * thread + 100);
                }
            }
        }
    }

    /** Launches a kernel that adds 1 a hundred times, from one buffer to the other and back. */
    private static float[] repeat(LoadedKernel kernel, DeviceStream stream, float first) {
        int n = 997;
        try (Arena arena = Arena.ofShared()) {
            LaunchArguments arguments = arguments(arena, n);
            float[] values = new float[n];
            Arrays.fill(values, first);
            backend.copy(stream, Tensor.of(values, n), arguments.buffer(0));
            stream.synchronize();
            for (int i = 0; i < 100; i++) {
                Tensor workspace = stream.borrowWorkspace(4L * n);
                try {
                    arguments.setWorkspace(workspace);
                    kernel.launch(stream, arguments);
                } finally {
                    stream.returnWorkspace(workspace);
                }
                Tensor out = arguments.buffer(1);
                arguments.setBuffer(1, arguments.buffer(0));
                arguments.setBuffer(0, out);
            }
            return read(stream, arguments.buffer(0));
        }
    }

    private static LoadedKernel load(String source) throws KernelRejectedException {
        KernelTemplate template = KernelTemplate.parse(OpenClBackend.LANGUAGE, source);
        return backend.load(backend.compile(template.expand(Map.of(), SIGNATURE), SIGNATURE), SIGNATURE);
    }

    private static LaunchArguments arguments(Arena arena, long n) {
        LaunchArguments arguments = new LaunchArguments(2, 1);
        arguments.setBuffer(0, backend.allocate(arena, DType.F32, n));
        arguments.setBuffer(1, backend.allocate(arena, DType.F32, n));
        arguments.axes()[0] = n;
        return arguments;
    }

    private static float[] read(DeviceStream stream, Tensor tensor) {
        Tensor host = Tensor.allocate(tensor.dtype(), tensor.shape());
        backend.copy(stream, tensor, host);
        stream.synchronize();
        return host.toFloatArray();
    }
}
