package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Tensors of a device: what is in them, how long they live, and how they are copied. */
public interface MemoryContract extends ContractTopic {
    /** Also where memory is used again that held something else. */
    @Test
    @Proves("M16")
    default void memoryIsZeroedHoweverOftenItIsUsedAgain() {
        Backend backend = contract().backend();
        try (DeviceStream stream = backend.newStream()) {
            for (int round = 0; round < 3; round++) {
                try (Arena arena = Arena.ofShared()) {
                    Tensor tensor = backend.allocate(arena, DType.I32, 100_003);
                    assertThat(tensor.space()).isEqualTo(backend.memorySpace());
                    assertThat(read(backend, stream, tensor)).containsOnly(0);
                    Tensor ones = Tensor.allocate(arena, DType.I32, 100_003);
                    ones.segment().fill((byte) 1);
                    backend.copy(stream, ones, tensor);
                    stream.synchronize();
                }
            }
        }
    }

    @Test
    @Proves("M17")
    @SuppressWarnings("try") // to close twice is what is tested
    default void memoryLivesAsLongAsItsArenaAndNoLongerThanItsDevice() {
        try (Backend device = contract().open(); Arena arena = Arena.ofShared()) {
            Tensor brief;
            try (Arena own = Arena.ofShared()) {
                brief = device.allocate(own, DType.F32, 1000);
                assertThat(brief.isAlive()).isTrue();
            }
            assertThat(brief.isAlive()).as("a tensor whose arena is closed").isFalse();
            Tensor kept = device.allocate(arena, DType.F32, 1000);
            device.close();
            if (device.memorySpace() != MemorySpace.HOST) {
                assertThat(kept.isAlive()).as("a tensor whose device is closed").isFalse();
                assertThatThrownBy(() -> device.allocate(arena, DType.F32, 10))
                        .isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(device::newStream).isInstanceOf(IllegalStateException.class);
            }
        }
    }

    /** From and to everywhere, whole and in part, of every type, and nothing at all. */
    @Test
    @Proves("M18")
    default void copiesTakeWhatTheyAreGivenAndNoMore() {
        Backend backend = contract().backend();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            for (DType dtype : DType.values()) {
                Tensor host = Tensor.allocate(arena, dtype, 61, 17);
                for (long i = 0; i < host.byteSize(); i++) {
                    host.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i % 113));
                }
                Tensor device = backend.allocate(arena, dtype, 61, 17);
                Tensor other = backend.allocate(arena, dtype, 61, 17);
                Tensor back = Tensor.allocate(arena, dtype, 61, 17);
                Tensor again = Tensor.allocate(arena, dtype, 61, 17);
                backend.copy(stream, host, device);
                backend.copy(stream, device.slice(3, 40), other.slice(20, 40));
                backend.copy(stream, other, back);
                backend.copy(stream, back, again);
                backend.copy(stream, host.slice(0, 0), device.slice(5, 0));
                stream.synchronize();
                long row = host.byteSize() / 61;
                assertThat(
                        again.segment().asSlice(20 * row, 40 * row).mismatch(host.segment().asSlice(3 * row, 40 * row)))
                        .as("the first byte of %s that was copied wrong", host).isEqualTo(-1);
                for (Tensor around : new Tensor[]{again.slice(0, 20), again.slice(60, 1)}) {
                    assertThat(around.segment().toArray(ValueLayout.JAVA_BYTE)).as("what was not copied to of %s", host)
                            .containsOnly(0);
                }
            }
        }
    }

    /** Whether the arithmetic overflows or the device is too small. */
    @Test
    @Proves("M19")
    default void moreMemoryThanThereIsIsRefusedAndCostsNothing() {
        Backend backend = contract().backend();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            for (long count : new long[]{1L << 50, Long.MAX_VALUE}) {
                Throwable thrown = catchThrowable(() -> backend.allocate(arena, DType.F32, count));
                assertThat(thrown).as("what %s floats are answered with", count).isInstanceOfAny(
                        IllegalArgumentException.class, IllegalStateException.class, OutOfMemoryError.class);
                assertThat(thrown).message().isNotBlank();
            }
            assertThat(read(backend, stream, backend.allocate(arena, DType.I32, 10))).containsOnly(0);
        }
    }

    private static int[] read(Backend backend, DeviceStream stream, Tensor tensor) {
        Tensor host = Tensor.allocate(DType.I32, tensor.shape());
        backend.copy(stream, tensor, host);
        stream.synchronize();
        return host.toIntArray();
    }
}
