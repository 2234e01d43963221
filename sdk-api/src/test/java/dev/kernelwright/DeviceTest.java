package dev.kernelwright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.SeparateMemoryBackend;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeviceTest {
    private final Device device = new Device(new SeparateMemoryBackend(), new Rooflines(Optional.empty()));

    @Test
    void elementsAreCopiedToADeviceWithinItAndBack() {
        Tensor first = device.allocate(Arena.ofAuto(), DType.F32, 4);
        Tensor second = device.allocate(Arena.ofAuto(), DType.F32, 2);
        Tensor back = Tensor.allocate(DType.F32, 2);
        device.copy(Tensor.of(new float[]{1, 2, 3, 4}, 4), first);
        device.copy(first.slice(2, 2), second);
        device.copy(second, back);
        assertThat(back.toFloatArray()).containsExactly(3, 4);
    }

    @Test
    void copiesBetweenTensorsThatDifferAreRefused() {
        Tensor there = device.allocate(Arena.ofAuto(), DType.F32, 4);
        assertThatThrownBy(() -> device.copy(Tensor.allocate(DType.F32, 5), there))
                .hasMessageContaining("f32[5]").hasMessageContaining("f32[4]");
        assertThatThrownBy(() -> device.copy(Tensor.allocate(DType.I32, 4), there))
                .hasMessageContaining("i32[4]").hasMessageContaining("one type");
    }

    @Test
    void aCopyOntoItselfIsRefused() {
        Tensor there = device.allocate(Arena.ofAuto(), DType.F32, 4);
        assertThatThrownBy(() -> device.copy(there.slice(0, 3), there.slice(1, 3))).hasMessageContaining("overlap");
    }

    @Test
    void memoryOfAnotherDeviceIsRefused() {
        Tensor elsewhere = new SeparateMemoryBackend().allocate(Arena.ofAuto(), DType.F32, 4);
        assertThatThrownBy(() -> device.copy(elsewhere, Tensor.allocate(DType.F32, 4)))
                .hasMessageContaining("host memory first");
    }

    @Test
    void freedMemoryIsRefused() {
        Tensor there;
        try (Arena arena = Arena.ofShared()) {
            there = device.allocate(arena, DType.F32, 4);
        }
        assertThatThrownBy(() -> device.copy(there, Tensor.allocate(DType.F32, 4)))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("freed");
    }
}
