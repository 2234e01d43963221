package dev.kernelwright.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void anAllocatedTensorIsZeroedAlignedAndDescribesItself() {
        Tensor tensor = Tensor.allocate(DType.F16, 3, 5);
        assertThat(tensor).hasToString("f16[3, 5]");
        assertThat(tensor.rank()).isEqualTo(2);
        assertThat(tensor.dim(1)).isEqualTo(5);
        assertThat(tensor.elementCount()).isEqualTo(15);
        assertThat(tensor.byteSize()).isEqualTo(30);
        assertThat(tensor.segment().byteSize()).isEqualTo(30);
        assertThat(tensor.segment().address() % Tensor.ALIGNMENT_BYTES).isZero();
        assertThat(tensor.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        assertThat(tensor.space()).isSameAs(MemorySpace.HOST);
    }

    @Test
    void aTensorWithoutDimensionsHasOneElementAndOneWithAZeroHasNone() {
        assertThat(Tensor.of(new float[]{7}).toFloatArray()).containsExactly(7);
        assertThat(Tensor.allocate(DType.F32, 4, 0, 2).elementCount()).isZero();
    }

    @Test
    void valuesAreCopiedInAndOut() {
        assertThat(Tensor.of(new float[]{1, 2, 3, 4}, 2, 2).toFloatArray()).containsExactly(1, 2, 3, 4);
        assertThat(Tensor.of(new int[]{1, -2}, 2).toIntArray()).containsExactly(1, -2);
    }

    @Test
    void theWrongNumberOfValuesIsRefused() {
        assertThatThrownBy(() -> Tensor.of(new float[]{1, 2, 3}, 2, 2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor f32[2, 2] needs 4 values, but the array has 3: pass one value for each element");
    }

    @Test
    void readingAsAnotherTypeIsRefused() {
        assertThatThrownBy(() -> Tensor.allocate(DType.I32, 2).toFloatArray()).isInstanceOf(IllegalStateException.class)
                .hasMessage("the elements of i32[2] were asked for as f32: read segment() with the layout of i32");
        assertThatThrownBy(() -> Tensor.allocate(DType.F32, 2).toIntArray())
                .hasMessage("the elements of f32[2] were asked for as i32: read segment() with the layout of f32");
    }

    @Test
    void theShapeCannotBeChangedFromOutside() {
        long[] shape = {2, 3};
        Tensor tensor = Tensor.allocate(DType.F32, shape);
        shape[0] = 100;
        tensor.shape()[1] = 100;
        assertThat(tensor.shape()).containsExactly(2, 3);
    }

    @Test
    void heapSegmentsAreRefused() {
        assertThatThrownBy(() -> Tensor.wrap(MemorySegment.ofArray(new float[4]), DType.F32, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor was asked for over a heap segment, which kernels cannot take: allocate it from an"
                        + " Arena, or copy the array with Tensor.of");
    }

    @Test
    void segmentsConfinedToAThreadAreRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(16, 64);
            String message = "a tensor was asked for over a segment confined to one thread, but kernels run on a pool:"
                    + " allocate it from Arena.ofShared, ofAuto or global";
            assertThatThrownBy(() -> Tensor.wrap(segment, DType.F32, 4)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> Tensor.allocate(arena, DType.F32, 4)).hasMessage(message);
        }
    }

    @Test
    void readOnlySegmentsAreRefused() {
        MemorySegment segment = Arena.ofAuto().allocate(16, 64).asReadOnly();
        assertThatThrownBy(() -> Tensor.wrap(segment, DType.F32, 4)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor was asked for over a read-only segment: pass the segment it was made from, or map"
                        + " the file with READ_WRITE or PRIVATE");
    }

    @Test
    void segmentsOfAnotherSizeAreRefused() {
        MemorySegment segment = Arena.ofAuto().allocate(17, 64);
        assertThatThrownBy(() -> Tensor.wrap(segment, DType.F32, 2, 2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor f32[2, 2] needs 16 bytes, but the segment has 17: pass a slice of exactly that"
                        + " size");
    }

    @Test
    void misalignedSegmentsAreRefused() {
        MemorySegment segment = Arena.ofAuto().allocate(64, 64).asSlice(2, 16);
        assertThatThrownBy(() -> Tensor.wrap(segment, DType.F32, 4)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor f32[4] needs an address that is a multiple of 4, but the segment starts at 0x"
                        + Long.toHexString(segment.address()) + ": align it (64 bytes is best)");
        assertThat(Tensor.wrap(segment, DType.F16, 8).byteSize()).isEqualTo(16);
    }

    @Test
    void impossibleShapesAreRefused() {
        assertThatThrownBy(() -> Tensor.allocate(DType.F32, 2, -1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor f32[2, -1] was asked for, but a dimension is negative: every dimension must be at"
                        + " least 0");
        assertThatThrownBy(() -> Tensor.allocate(DType.F32, 1L << 31, 1L << 31)).hasMessage(
                "a tensor f32[2147483648, 2147483648] was asked for, but its size does not fit 63 bits: use smaller"
                        + " dimensions");
    }

    @Test
    void aSliceIsAViewOfSomeEntriesOfTheFirstDimension() {
        Tensor tensor = Tensor.of(new float[]{1, 2, 3, 4, 5, 6}, 3, 2);
        Tensor slice = tensor.slice(1, 2);
        assertThat(slice).hasToString("f32[2, 2]");
        assertThat(slice.toFloatArray()).containsExactly(3, 4, 5, 6);
        slice.segment().setAtIndex(ValueLayout.JAVA_FLOAT, 0, 30);
        assertThat(tensor.toFloatArray()).containsExactly(1, 2, 30, 4, 5, 6);
        assertThat(tensor.slice(3, 0).elementCount()).isZero();
        assertThat(tensor.slice(1, 2).slice(1, 1).toFloatArray()).containsExactly(5, 6);
    }

    @Test
    void aSliceBeyondTheFirstDimensionIsRefused() {
        Tensor tensor = Tensor.allocate(DType.F32, 3, 2);
        long[][] wrong = {{2, 2}, {-1, 1}, {1, -1}, {4, 0}, {1L << 62, 1L << 62}, {Long.MAX_VALUE, 1}};
        for (long[] bounds : wrong) {
            assertThatThrownBy(() -> tensor.slice(bounds[0], bounds[1])).isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("a slice of " + bounds[1] + " entries from entry " + bounds[0]
                            + " of f32[3, 2] was asked for: stay within its first dimension");
        }
        assertThatThrownBy(() -> Tensor.of(new float[]{1}).slice(0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aReshapeIsAViewOfTheSameElements() {
        Tensor tensor = Tensor.of(new float[]{1, 2, 3, 4, 5, 6}, 3, 2);
        Tensor flat = tensor.reshape(6);
        assertThat(flat.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(flat.overlaps(tensor)).isTrue();
        assertThatThrownBy(() -> tensor.reshape(4, 2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a reshape of f32[3, 2] to [4, 2] was asked for: the number of elements must stay 6");
    }

    @Test
    void tensorsOverlapIfTheyShareAByte() {
        Tensor tensor = Tensor.allocate(DType.F32, 4);
        assertThat(tensor.overlaps(tensor)).isTrue();
        assertThat(tensor.slice(0, 3).overlaps(tensor.slice(2, 2))).isTrue();
        assertThat(tensor.slice(2, 2).overlaps(tensor.slice(0, 3))).isTrue();
        assertThat(tensor.slice(0, 2).overlaps(tensor.slice(2, 2))).isFalse();
        assertThat(tensor.slice(1, 0).overlaps(tensor)).isFalse();
        assertThat(tensor.overlaps(Tensor.allocate(DType.F32, 4))).isFalse();
    }

    @Test
    void aTensorOfAClosedArenaIsDeadAndUnreadable() {
        Tensor tensor;
        Tensor empty;
        try (Arena arena = Arena.ofShared()) {
            tensor = Tensor.allocate(arena, DType.F32, 4);
            empty = Tensor.allocate(arena, DType.F32, 0);
            assertThat(tensor.isAlive()).isTrue();
            assertThat(empty.isAlive()).isTrue();
        }
        assertThat(tensor.isAlive()).isFalse();
        assertThat(empty.isAlive()).isFalse();
        assertThat(tensor.slice(1, 2).isAlive()).isFalse();
        assertThatThrownBy(tensor::toFloatArray).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aDeviceTensorKeepsItsRegionAndOffset() {
        Region region = new Region(new MemorySpace("cuda:0"), 1000, 64);
        Tensor tensor = Tensor.over(region, 16, DType.F32, 4, 3);
        assertThat(tensor.memory()).isSameAs(region);
        assertThat(tensor.offsetBytes()).isEqualTo(16);
        assertThat(tensor.slice(2, 1).offsetBytes()).isEqualTo(16 + 2 * 12);
        assertThat(tensor.reshape(12).offsetBytes()).isEqualTo(16);
        assertThat(tensor.space()).hasToString("cuda:0");
        assertThatThrownBy(tensor::segment).isInstanceOf(IllegalStateException.class)
                .hasMessage("the elements of f32[4, 3] were asked for on the host, but they are in the memory of"
                        + " cuda:0: copy the tensor to the host first");
        assertThatThrownBy(() -> Tensor.allocate(DType.F32, 1).memory()).isInstanceOf(IllegalStateException.class)
                .hasMessage("the device memory of f32[1] was asked for, but it is in host memory: copy the tensor to"
                        + " the device first");
    }

    @Test
    void aDeviceTensorBeyondItsRegionIsRefused() {
        Region region = new Region(new MemorySpace("cuda:0"), 0, 64);
        assertThatThrownBy(() -> Tensor.over(region, 20, DType.F32, 12)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a tensor f32[12] needs 48 bytes from byte 20 on, but the device memory has 64: allocate"
                        + " more, or pass another offset");
        assertThatThrownBy(() -> Tensor.over(region, -4, DType.F32, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.over(region, Long.MAX_VALUE - 3, DType.F32, 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tensor.over(region, 2, DType.F32, 1)).hasMessage("a tensor f32[1] needs an offset that"
                + " is a multiple of 4, but was given 2: align it (64 bytes is best)");
    }

    @Test
    void deviceTensorsOverlapWithinOneRegionOnly() {
        MemorySpace space = new MemorySpace("opencl:0");
        Region region = new Region(space, 1, 64);
        Tensor tensor = Tensor.over(region, 0, DType.F32, 8);
        assertThat(tensor.overlaps(Tensor.over(region, 28, DType.F32, 1))).isTrue();
        assertThat(tensor.overlaps(Tensor.over(region, 32, DType.F32, 1))).isFalse();
        // Handles are names, not addresses: two regions may have neighbouring ones.
        assertThat(tensor.overlaps(Tensor.over(new Region(space, 2, 64), 0, DType.F32, 8))).isFalse();
        assertThat(tensor.overlaps(Tensor.allocate(DType.F32, 8))).isFalse();
    }

    /** A region of no real device. */
    private static final class Region implements DeviceMemory {
        private final MemorySpace space;
        private final long handle;
        private final long byteSize;

        Region(MemorySpace space, long handle, long byteSize) {
            this.space = space;
            this.handle = handle;
            this.byteSize = byteSize;
        }

        @Override
        public MemorySpace space() {
            return space;
        }

        @Override
        public long handle() {
            return handle;
        }

        @Override
        public long byteSize() {
            return byteSize;
        }

        @Override
        public boolean isAlive() {
            return true;
        }
    }
}
