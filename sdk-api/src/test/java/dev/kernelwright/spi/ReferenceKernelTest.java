package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.FakeBackend;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceKernelTest {
    private static final Backend HOST = new FakeBackend(Map.of());

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 1000})
    void everyUnitIsComputedHoweverManyThereAre(int n) {
        Workload workload = StandardOps.catalog().parse("add(n=0..1000)", DType.F32);
        float[] a = new float[n];
        for (int i = 0; i < n; i++) {
            a[i] = i;
        }
        Tensor out = Tensor.allocate(DType.F32, n);
        LaunchArguments arguments = new LaunchArguments(3, 1);
        arguments.setBuffer(0, Tensor.of(a, n));
        arguments.setBuffer(1, Tensor.of(a, n));
        arguments.setBuffer(2, out);
        arguments.axes()[0] = n;
        try (BlockPool pool = new BlockPool(4); ReferenceKernel kernel = new ReferenceKernel(workload, HOST, pool)) {
            assertThat(kernel.workspaceBytes(arguments.axes())).isZero();
            kernel.launch(new HostStream(), arguments);
        }
        float[] found = out.toFloatArray();
        for (int i = 0; i < n; i++) {
            assertThat(found[i]).isEqualTo(2 * i);
        }
    }

    @Test
    void indexResultsAreWrittenAsIntegers() {
        Workload workload = StandardOps.catalog().parse("argmax(rows=2,cols=2)", DType.F32);
        Tensor out = Tensor.allocate(DType.I32, 2);
        LaunchArguments arguments = new LaunchArguments(2, 2);
        arguments.setBuffer(0, Tensor.of(new float[]{1, 2, 4, 3}, 2, 2));
        arguments.setBuffer(1, out);
        arguments.axes()[0] = 2;
        arguments.axes()[1] = 2;
        try (BlockPool pool = new BlockPool(1); ReferenceKernel kernel = new ReferenceKernel(workload, HOST, pool)) {
            kernel.launch(new HostStream(), arguments);
        }
        assertThat(out.toIntArray()).containsExactly(1, 0);
    }

    @Test
    void tensorsInADevicesMemoryAreCopiedThereAndBack() {
        Workload workload = StandardOps.catalog().parse("argmax(rows=1..9,cols=2)", DType.F32);
        SeparateMemoryBackend device = new SeparateMemoryBackend();
        DeviceStream stream = device.newStream();
        try (Arena arena = Arena.ofShared();
                BlockPool pool = new BlockPool(1);
                ReferenceKernel kernel = new ReferenceKernel(workload, device, pool)) {
            LaunchArguments arguments = new LaunchArguments(2, 2);
            arguments.setBuffer(0, device.allocate(arena, DType.F32, 2, 2));
            arguments.setBuffer(1, device.allocate(arena, DType.I32, 2));
            arguments.axes()[0] = 2;
            arguments.axes()[1] = 2;
            device.copy(stream, Tensor.of(new float[]{1, 2, 4, 3}, 2, 2), arguments.buffer(0));
            kernel.launch(stream, arguments);
            Tensor found = Tensor.allocate(DType.I32, 2);
            device.copy(stream, arguments.buffer(1), found);
            assertThat(found.toIntArray()).containsExactly(1, 0);
        }
    }
}
