package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding devices, and what becomes of their memory. */
class OpenClBackendTest {
    @Test
    void isFoundAsAService() {
        assertThat(ServiceLoader.load(BackendProvider.class)).anyMatch(OpenClBackendProvider.class::isInstance);
    }

    @Test
    void probingNeverThrowsAndNamesEveryDeviceOrReasonAndCure() {
        switch (new OpenClBackendProvider().probe()) {
            case Probe.Available(var devices) -> {
                assertThat(devices).isNotEmpty();
                assertThat(devices.getFirst().name()).isEqualTo("opencl");
                assertThat(devices.getFirst().facts()).containsKeys("platform", "driver", "local memory");
            }
            case Probe.Unavailable(String reason, String cure) -> {
                assertThat(reason).isNotBlank();
                assertThat(cure).isNotBlank();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 99})
    void aDeviceThatIsNotThereIsRefusedInOneSentence(int index) {
        OpenedDevice.open().close(); // or skip
        try (BlockPool pool = new BlockPool(1)) {
            assertThatThrownBy(() -> new OpenClBackendProvider().open(index, pool))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageMatching("the device opencl:" + index + " was asked for, but there are \\d+: use .*");
        }
    }

    @Test
    void memoryIsZeroedAndGoneWhenItsArenaIsClosed() {
        try (OpenClBackend backend = OpenedDevice.open(); DeviceStream stream = backend.newStream()) {
            Tensor tensor;
            try (Arena arena = Arena.ofShared()) {
                tensor = backend.allocate(arena, DType.F32, 1000);
                assertThat(tensor.isAlive()).isTrue();
                Tensor host = Tensor.allocate(DType.F32, 1000);
                host.segment().fill((byte) 1);
                backend.copy(stream, tensor, host);
                stream.synchronize();
                assertThat(host.toFloatArray()).containsOnly(0f);
            }
            assertThat(tensor.isAlive()).isFalse();
        }
    }

    @Test
    void aSliceIsCopiedFromWhereItBegins() {
        try (OpenClBackend backend = OpenedDevice.open();
                DeviceStream stream = backend.newStream();
                Arena arena = Arena.ofShared()) {
            Tensor tensor = backend.allocate(arena, DType.F32, 3, 2);
            backend.copy(stream, Tensor.of(new float[]{1, 2, 3, 4, 5, 6}, 3, 2), tensor);
            Tensor host = Tensor.allocate(DType.F32, 1, 2);
            backend.copy(stream, tensor.slice(1, 1), host);
            stream.synchronize();
            assertThat(host.toFloatArray()).containsExactly(3, 4);
        }
    }

    @Test
    void memoryEndsWithTheDeviceWhichMayBeClosedTwice() {
        OpenClBackend backend = OpenedDevice.open();
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = backend.allocate(arena, DType.F32, 10);
            backend.close();
            assertThat(tensor.isAlive()).isFalse();
            backend.close();
            assertThatThrownBy(() -> backend.allocate(arena, DType.F32, 10)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("after it was closed");
            assertThatThrownBy(backend::newStream).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void moreThanTheDeviceHasIsRefusedBeforeItIsAskedFor() {
        try (OpenClBackend backend = OpenedDevice.open(); Arena arena = Arena.ofShared()) {
            assertThatThrownBy(() -> backend.allocate(arena, DType.F32, 1L << 50))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("use several");
        }
    }

    @Test
    void anOpOrATypeWithoutKernelsHasNone() {
        try (OpenClBackend backend = OpenedDevice.open()) {
            Workload half = StandardOps.catalog().parse("add(n=10)", DType.F16);
            assertThat(backend.baseline(half.signature())).isEmpty();
            assertThat(backend.template(half.signature())).isEmpty();
        }
    }
}
