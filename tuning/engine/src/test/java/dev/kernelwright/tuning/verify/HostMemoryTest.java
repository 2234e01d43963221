package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    @Test
    void whatWasGivenBackIsLentAgain() {
        try (HostMemory memory = new HostMemory()) {
            MemorySegment first = memory.lend(4096).allocate(4096, 64);
            first.fill((byte) 7);
            memory.giveBack();
            SegmentAllocator allocator = memory.lend(4096);
            MemorySegment second = allocator.allocate(100, 64);
            assertThat(second.address()).isEqualTo(first.address());
            assertThat(second.toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
            assertThat(allocator.allocate(100, 64).address()).isEqualTo(first.address() + 128);
        }
    }

    @Test
    void itGrows() {
        try (HostMemory memory = new HostMemory()) {
            MemorySegment small = memory.lend(64).allocate(64, 64);
            memory.giveBack();
            assertThat(memory.lend(1 << 20).allocate(1 << 20, 64).byteSize()).isEqualTo(1 << 20);
            assertThat(small.scope().isAlive()).isFalse();
        }
    }

    @Test
    void itIsLentToOneAtATime() {
        try (HostMemory memory = new HostMemory()) {
            memory.lend(64);
            assertThatIllegalStateException().isThrownBy(() -> memory.lend(64))
                    .withMessageContaining("while it was in use");
        }
    }

    /** Another thread may close it while this one works in it. */
    @Test
    void closedWhileItIsLentItIsFreedWhenItIsGivenBack() {
        HostMemory memory = new HostMemory();
        MemorySegment segment = memory.lend(64).allocate(64, 64);
        memory.close();
        segment.fill((byte) 1);
        memory.giveBack();
        assertThat(segment.scope().isAlive()).isFalse();
    }

    @Test
    void closedWhileItIsNotLentItIsFreedAtOnce() {
        HostMemory memory = new HostMemory();
        MemorySegment segment = memory.lend(64).allocate(64, 64);
        memory.giveBack();
        assertThat(segment.scope().isAlive()).isTrue();
        memory.close();
        assertThat(segment.scope().isAlive()).isFalse();
    }
}
