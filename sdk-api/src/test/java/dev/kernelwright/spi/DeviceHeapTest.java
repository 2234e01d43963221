package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.ref.Cleaner;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DeviceHeapTest {
    private final Map<Long, Long> allocated = new ConcurrentHashMap<>();
    private final Semaphore freed = new Semaphore(0);
    private final DeviceHeap heap = new DeviceHeap(new MemorySpace("tests"), new DeviceHeap.Allocator() {
        private long next = 1 << 20;

        @Override
        public long allocate(long bytes) {
            long address = next;
            next += bytes;
            allocated.put(address, bytes);
            return address;
        }

        @Override
        public void free(long address, long bytes) {
            assertThat(allocated.remove(address)).isEqualTo(bytes);
            freed.release();
        }
    }, 128, 1_000_000);

    @Test
    void memoryIsFreedWithItsArena() {
        Tensor tensor;
        try (Arena arena = Arena.ofShared()) {
            tensor = heap.allocate(arena, DType.F32, 100);
            assertThat(tensor.isAlive()).isTrue();
            assertThat(allocated).containsValue(400L);
            assertThat(DeviceHeap.address(tensor.slice(3, 1))).isEqualTo(DeviceHeap.address(tensor) + 12);
        }
        assertThat(tensor.isAlive()).isFalse();
        assertThat(allocated).isEmpty();
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
        assertThat(tensor.isAlive()).isTrue();
        assertThat(allocated).containsOnlyKeys(DeviceHeap.address(tensor));
    }

    @Test
    void memoryOfAnArenaThatNobodyClosesIsFreedAfterItsTensor() throws InterruptedException {
        heap.allocate(Arena.ofAuto(), DType.F32, 100);
        assertThat(freed.tryAcquire()).isFalse();
        do {
            System.gc();
        } while (!freed.tryAcquire(20, TimeUnit.MILLISECONDS));
        assertThat(allocated).isEmpty();
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
