package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Gelu;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources, plans, entry points and launches, with the parameters of {@code gelu}: {@code x[n] -> out[n]}. */
class OpenClKernelTest {
    private static final KernelSignature SIGNATURE =
            Gelu.DEFINITION.workload(DType.F32).axis("n", 0, 1000).build().signature();
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
