package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClEvent.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClMemoryTest {
    private TestDevice device;

    @BeforeEach
    void open() {
        device = TestDevice.open();
    }

    @AfterEach
    void close() {
        if (device != null) {
            device.close();
        }
    }

    @Test
    void whatIsWrittenIsReadBack() {
        long buffer = ClMemory.create(device.context, ClMemory.CL_MEM_READ_WRITE, 4 * Float.BYTES);
        ClMemory.enqueueWrite(device.queue, buffer, true, 0, device.floats(1, 2, 3, 4), NONE, NONE);
        ClMemory.enqueueWrite(device.queue, buffer, true, Float.BYTES, device.floats(9), NONE, NONE);
        assertThat(device.read(buffer, 4)).containsExactly(1, 9, 3, 4);
        ClMemory.release(buffer);
    }

    @Test
    void buffersAreCopiedAndFilled() {
        long source = device.bufferOf(1, 2, 3, 4);
        long target = device.bufferOf(0, 0, 0, 0);
        ClMemory.enqueueFill(device.queue, target, device.floats(7), 0, 4 * Float.BYTES, NONE, NONE);
        ClMemory.enqueueCopy(device.queue, source, target, Float.BYTES, 0, 2 * Float.BYTES, NONE, NONE);
        assertThat(device.read(target, 4)).containsExactly(2, 3, 7, 7);
        ClMemory.release(source);
        ClMemory.release(target);
    }

    @Test
    void aSubBufferIsAPartOfItsBuffer() {
        int offset = (int) (ClDevice.info(device.device, ClDevice.CL_DEVICE_MEM_BASE_ADDR_ALIGN).number() / Byte.SIZE);
        float[] values = new float[offset / Float.BYTES + 2];
        values[offset / Float.BYTES] = 5;
        long buffer = device.bufferOf(values);
        long part = ClMemory.createSubBuffer(buffer, ClMemory.CL_MEM_READ_WRITE, offset, 2 * Float.BYTES);
        assertThat(device.read(part, 2)).containsExactly(5, 0);
        ClMemory.release(part);
        ClMemory.release(buffer);
    }

    @Test
    void aRetainedBufferOutlivesARelease() {
        long buffer = device.bufferOf(1, 2);
        ClMemory.retain(buffer);
        ClMemory.release(buffer);
        assertThat(device.read(buffer, 2)).containsExactly(1, 2);
        ClMemory.release(buffer);
    }

    @Test
    void aMappedBufferIsTheHostsToReadAndWrite() {
        long buffer = device.bufferOf(1, 2, 3);
        MemorySegment mapped = ClMemory.enqueueMap(device.queue, buffer, true,
                ClMemory.CL_MAP_READ | ClMemory.CL_MAP_WRITE, Float.BYTES, 2 * Float.BYTES, NONE, NONE);
        assertThat(mapped.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(2, 3);
        mapped.set(ValueLayout.JAVA_FLOAT, 0, 8);
        ClMemory.enqueueUnmap(device.queue, buffer, mapped, NONE, NONE);
        assertThat(device.read(buffer, 3)).containsExactly(1, 8, 3);
        ClMemory.release(buffer);
    }

    @Test
    void aCommandWaitsForTheEventsOfItsList() {
        long buffer = device.bufferOf(0, 0);
        MemorySegment written = ClEvent.allocateSlot(device.arena);
        MemorySegment host = device.floats(0, 0);
        ClMemory.enqueueWrite(device.queue, buffer, false, 0, device.floats(4, 5), NONE, written);
        ClMemory.enqueueRead(device.queue, buffer, true, 0, host, written, NONE);
        assertThat(host.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(4, 5);
        ClEvent.release(ClEvent.in(written));
        ClMemory.release(buffer);
    }

    @Test
    void aReadPastTheEndOfABufferIsRefused() {
        long buffer = device.bufferOf(1, 2);
        assertThatThrownBy(() -> device.read(buffer, 3))
                .isInstanceOf(OpenClException.class)
                .hasMessage("clEnqueueReadBuffer failed with CL_INVALID_VALUE (-30)");
        ClMemory.release(buffer);
    }

    @Test
    void memoryOfTheJavaHeapIsRefused() {
        long buffer = device.bufferOf(1, 2);
        MemorySegment heap = MemorySegment.ofArray(new float[2]);
        assertThatThrownBy(() -> ClMemory.enqueueRead(device.queue, buffer, true, 0, heap, NONE, NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Heap segment");
        ClMemory.release(buffer);
    }

    @Test
    void sharedMemoryIsFilledCopiedAndMapped() {
        device.assumeSvm();
        MemorySegment first = ClSvm.alloc(device.context, ClMemory.CL_MEM_READ_WRITE, 4 * Float.BYTES, 64);
        MemorySegment second = ClSvm.alloc(device.context, ClMemory.CL_MEM_READ_WRITE, 4 * Float.BYTES, 0);
        assertThat(first.address() % 64).isZero();
        ClSvm.enqueueFill(device.queue, first, device.floats(6), NONE, NONE);
        ClSvm.enqueueCopy(device.queue, true, second, first, NONE, NONE);
        ClSvm.enqueueMap(device.queue, true, ClMemory.CL_MAP_READ, second, NONE, NONE);
        assertThat(second.toArray(ValueLayout.JAVA_FLOAT)).containsExactly(6, 6, 6, 6);
        ClSvm.enqueueUnmap(device.queue, second, NONE, NONE);
        ClQueue.finish(device.queue);
        ClSvm.free(device.context, first);
        ClSvm.free(device.context, second);
    }

    @Test
    void sharedMemoryThatTheDeviceDoesNotHaveIsAFailedAllocation() {
        device.assumeSvm();
        assertThatThrownBy(() -> ClSvm.alloc(device.context, ClMemory.CL_MEM_READ_WRITE, 1L << 60, 0))
                .isInstanceOf(OpenClException.class)
                .hasMessage("clSVMAlloc failed with CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)");
    }

    @Test
    void aCopyBetweenSegmentsOfTwoSizesIsRefused() {
        device.assumeSvm();
        MemorySegment three = device.floats(1, 2, 3);
        MemorySegment two = device.floats(1, 2);
        assertThatThrownBy(() -> ClSvm.enqueueCopy(device.queue, true, two, three, NONE, NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("12 bytes", "8 to write");
    }
}
