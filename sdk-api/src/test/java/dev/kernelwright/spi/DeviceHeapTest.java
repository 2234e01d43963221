package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DeviceHeapTest {
    private final Map<Long, Long> allocated = new LinkedHashMap<>();
    private final List<String> calls = new ArrayList<>();
    private boolean full;
    private final DeviceHeap heap = new DeviceHeap(new MemorySpace("tests"), new DeviceHeap.Allocator() {
        private long next = 1 << 20;

        @Override
        public long allocate(long bytes) {
            calls.add("allocate");
            if (full) {
                throw new IllegalStateException("the device is full");
            }
            long address = next;
            next += bytes;
            allocated.put(address, bytes);
            return address;
        }

        @Override
        public void clear(long address, long bytes) {
            calls.add("clear");
            assertThat(allocated).containsEntry(address, bytes);
        }

        @Override
        public void settle() {
            calls.add("settle");
        }

        @Override
        public void free(long address, long bytes) {
            calls.add("free");
            full = false;
            assertThat(allocated.remove(address)).isEqualTo(bytes);
        }
    }, 128, 1_000_000, 2_000_000);

    private void allocateForAMoment(long elements) {
        try (Arena arena = Arena.ofShared()) {
            heap.allocate(arena, DType.F32, elements);
        }
    }

    @Test
    void aRegionEndsWithItsArenaAndItsMemoryIsLentAgainAfterWhatWasQueued() {
        Tensor tensor;
        try (Arena arena = Arena.ofShared()) {
            tensor = heap.allocate(arena, DType.F32, 100);
            assertThat(tensor.isAlive()).isTrue();
            assertThat(allocated).containsValue(512L);
            assertThat(DeviceHeap.address(tensor.slice(3, 1))).isEqualTo(DeviceHeap.address(tensor) + 12);
        }
        assertThat(tensor.isAlive()).isFalse();
        try (Arena arena = Arena.ofShared()) {
            Tensor next = heap.allocate(arena, DType.F32, 101);
            assertThat(DeviceHeap.address(next)).isEqualTo(DeviceHeap.address(tensor));
            assertThat(tensor.isAlive()).isFalse();
            heap.allocate(arena, DType.F32, 101);
        }
        assertThat(calls).containsExactly("allocate", "clear", "settle", "clear", "allocate", "clear");
        assertThat(heap.lease().heldBytes()).isEqualTo(1024);
    }

    @Test
    void whatIsKeptIsFreedWhenTheLeaseShrinksAndWhatIsLentIsNot() {
        allocateForAMoment(1000);
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = heap.allocate(arena, DType.F32, 100);
            heap.lease().limit(100);
            assertThat(tensor.isAlive()).isTrue();
            assertThat(allocated).containsOnlyKeys(DeviceHeap.address(tensor));
            assertThat(heap.lease().heldBytes()).isEqualTo(512);
            assertThatThrownBy(() -> heap.allocate(arena, DType.F32, 1)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("128 bytes was asked for").hasMessageContaining("the lease is of 100")
                    .hasMessageContaining("512 are held").hasMessageContaining("raise the lease");
        }
        assertThat(allocated).isEmpty();
        assertThat(heap.lease().heldBytes()).isZero();
        heap.lease().limit(1000);
        allocateForAMoment(100);
    }

    @Test
    void whatIsKeptMakesRoomForATensorOfAnotherSize() {
        allocateForAMoment(200_000);
        allocateForAMoment(190_000);
        allocateForAMoment(240_000);
        assertThat(heap.lease().heldBytes()).isLessThanOrEqualTo(heap.lease().limitBytes());
        assertThat(calls).contains("free");
    }

    @Test
    void aDeviceThatOthersHaveFilledIsAskedAgainWithoutWhatIsKept() {
        allocateForAMoment(1000);
        full = true;
        allocateForAMoment(100);
        assertThat(heap.lease().heldBytes()).isEqualTo(512);
        heap.lease().limit(0);
        heap.lease().limit(1_000_000);
        full = true;
        assertThatThrownBy(() -> allocateForAMoment(100)).hasMessage("the device is full");
        assertThat(heap.lease().heldBytes()).isZero();
    }

    @Test
    void memoryOfAnArenaThatNobodyClosesIsKeptAsLongAsItsTensor() throws InterruptedException {
        Tensor tensor = heap.allocate(Arena.ofAuto(), DType.F32, 100);
        CountDownLatch collected = new CountDownLatch(1);
        Cleaner.create().register(new Object(), collected::countDown);
        while (!collected.await(20, TimeUnit.MILLISECONDS)) {
            System.gc();
        }
        System.gc();
        heap.lease().limit(0);
        assertThat(tensor.isAlive()).isTrue();
        assertThat(allocated).containsOnlyKeys(DeviceHeap.address(tensor));
    }

    @Test
    void memoryOfAnArenaThatNobodyClosesIsLentAgainAfterItsTensor() throws InterruptedException {
        long address = DeviceHeap.address(heap.allocate(Arena.ofAuto(), DType.F32, 100));
        heap.lease().limit(512);
        CountDownLatch lentAgain = new CountDownLatch(1);
        do {
            System.gc();
            try (Arena arena = Arena.ofShared()) {
                assertThat(DeviceHeap.address(heap.allocate(arena, DType.F32, 100))).isEqualTo(address);
                lentAgain.countDown();
            } catch (IllegalStateException stillLent) {
                assertThat(stillLent).hasMessageContaining("512 are held");
            }
        } while (!lentAgain.await(20, TimeUnit.MILLISECONDS));
    }

    @Test
    void aRecordedWorkspaceIsNotTheStreams() {
        StreamWorkspace workspace = new StreamWorkspace(heap);
        Tensor before = workspace.borrow(100);
        workspace.giveBack();
        workspace.beginRecording();
        Tensor small = workspace.borrow(100);
        workspace.giveBack();
        Tensor large = workspace.borrow(10_000);
        workspace.giveBack();
        assertThat(workspace.endRecording()).containsExactly(small, large).doesNotContain(before);
        assertThat(workspace.borrow(100)).isSameAs(before);
        workspace.giveBack();
    }

    @Test
    void whatIsLeftIsFreedWithTheHeapAndOnce() {
        try (Arena arena = Arena.ofShared()) {
            Tensor tensor = heap.allocate(arena, DType.F32, 100);
            heap.close();
            heap.close();
            assertThat(tensor.isAlive()).isFalse();
            assertThat(allocated).isEmpty();
            assertThatThrownBy(() -> heap.allocate(arena, DType.F32, 1)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void anEmptyTensorHasAnAddressOfItsOwn() {
        assertThat(DeviceHeap.address(heap.allocate(Arena.ofAuto(), DType.F32, 0)))
                .isNotEqualTo(DeviceHeap.address(heap.allocate(Arena.ofAuto(), DType.F32, 0)));
    }

    @Test
    void moreThanTheDeviceAllocatesAtOnceIsRefused() {
        assertThatThrownBy(() -> heap.allocate(Arena.ofAuto(), DType.F32, 1_000_000))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at most 1000000");
    }

    @Test
    void aWorkspaceGrowsAndIsLentToOneThreadAtATime() throws InterruptedException {
        StreamWorkspace workspace = new StreamWorkspace(heap);
        Tensor small = workspace.borrow(100);
        workspace.giveBack();
        assertThat(workspace.borrow(50)).isSameAs(small);
        AtomicBoolean lentTwice = new AtomicBoolean();
        Thread other = Thread.ofPlatform().start(() -> {
            workspace.borrow(1_000);
            lentTwice.set(true);
            workspace.giveBack();
        });
        while (other.isAlive() && other.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(lentTwice).isFalse();
        workspace.giveBack();
        other.join();
        assertThat(lentTwice).isTrue();
        assertThat(workspace.borrow(10).byteSize()).isEqualTo(1_000);
        workspace.giveBack();
    }
}
