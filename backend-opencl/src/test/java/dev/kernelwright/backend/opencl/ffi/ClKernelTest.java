package dev.kernelwright.backend.opencl.ffi;

import static dev.kernelwright.backend.opencl.ffi.ClEvent.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClKernelTest {
    private static final int COUNT = 5;

    private TestDevice device;
    private long program;
    private long kernel;
    private MemorySegment globalSizes;

    @BeforeEach
    void open() {
        device = TestDevice.open();
        program = device.build(TestDevice.ADD);
        kernel = ClKernel.create(program, "add");
        globalSizes = device.arena.allocateFrom(ClFunction.SIZE, 8);
    }

    @AfterEach
    void close() {
        if (device != null) {
            ClKernel.release(kernel);
            ClProgram.release(program);
            device.close();
        }
    }

    @Test
    void vectorsInBuffersAreAdded() {
        long a = device.bufferOf(1, 2, 3, 4, 5);
        long b = device.bufferOf(10, 20, 30, 40, 50);
        long c = device.bufferOf(new float[COUNT]);
        launch(a, b, c, NONE);
        assertThat(device.read(c, COUNT)).containsExactly(6, 12, 18, 24, 30);
        release(a, b, c);
    }

    @Test
    void vectorsInSharedMemoryAreAdded() {
        device.assumeSvm();
        MemorySegment[] memory = new MemorySegment[3];
        for (int i = 0; i < memory.length; i++) {
            memory[i] = ClSvm.alloc(device.context, ClMemory.CL_MEM_READ_WRITE, COUNT * Float.BYTES, 0);
            ClSvm.enqueueFill(device.queue, memory[i], device.floats(i + 1), NONE, NONE);
            ClKernel.setSvmPointer(kernel, i, memory[i].address());
        }
        setScaleAndCount();
        ClKernel.enqueue(device.queue, kernel, 1, globalSizes, NONE, NONE, NONE);
        MemorySegment result = device.floats(new float[COUNT]);
        ClSvm.enqueueCopy(device.queue, true, result, memory[2], NONE, NONE);
        assertThat(result.toArray(ValueLayout.JAVA_FLOAT)).containsOnly(2);
        for (MemorySegment segment : memory) {
            ClSvm.free(device.context, segment);
        }
    }

    @Test
    void aLaunchHasItsTimes() {
        long a = device.bufferOf(new float[COUNT]);
        MemorySegment slot = ClEvent.allocateSlot(device.arena);
        launch(a, a, a, slot);
        ClEvent.await(slot);
        long event = ClEvent.in(slot);
        long start = ClEvent.profilingNanos(event, ClEvent.CL_PROFILING_COMMAND_START, device.scratch);
        assertThat(start).isPositive()
                .isGreaterThanOrEqualTo(
                        ClEvent.profilingNanos(event, ClEvent.CL_PROFILING_COMMAND_QUEUED, device.scratch));
        assertThat(ClEvent.profilingNanos(event, ClEvent.CL_PROFILING_COMMAND_END, device.scratch))
                .isGreaterThan(start);
        ClEvent.release(event);
        release(a);
    }

    @Test
    void valuesOfEveryTypeArriveAndLocalMemoryIsThere() {
        long values = device.build("""
                kernel void values(global long* out, long l, int i, float f, local int* shared) {
                    shared[get_local_id(0)] = get_local_id(0);
                    barrier(CLK_LOCAL_MEM_FENCE);
                    if (get_global_id(0) == 0) {
                        out[0] = l; out[1] = i; out[2] = as_int(f); out[3] = shared[get_local_size(0) - 1];
                    }
                }
                """);
        long valuesKernel = ClKernel.create(values, "values");
        long out = ClMemory.create(device.context, ClMemory.CL_MEM_WRITE_ONLY, 4 * Long.BYTES);
        ClKernel.setBuffer(valuesKernel, 0, out, device.scratch);
        ClKernel.setLong(valuesKernel, 1, Long.MIN_VALUE + 1, device.scratch);
        ClKernel.setInt(valuesKernel, 2, -3, device.scratch);
        ClKernel.setFloat(valuesKernel, 3, 0.1f, device.scratch);
        ClKernel.setLocal(valuesKernel, 4, 8 * Integer.BYTES);
        ClKernel.enqueue(device.queue, valuesKernel, 1, globalSizes, globalSizes, NONE, NONE);
        MemorySegment host = device.arena.allocate(ValueLayout.JAVA_LONG, 4);
        ClMemory.enqueueRead(device.queue, out, true, 0, host, NONE, NONE);
        assertThat(host.toArray(ValueLayout.JAVA_LONG))
                .containsExactly(Long.MIN_VALUE + 1, -3, Float.floatToRawIntBits(0.1f), 7);
        release(out);
        ClKernel.release(valuesKernel);
        ClProgram.release(values);
    }

    @Test
    void anArgumentThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> ClKernel.setInt(kernel, 5, 1, device.scratch))
                .isInstanceOf(OpenClException.class)
                .hasMessage("clSetKernelArg failed with CL_INVALID_ARG_INDEX (-49)");
    }

    @Test
    void aLaunchWithoutItsArgumentsIsRefused() {
        assertThatThrownBy(() -> ClKernel.enqueue(device.queue, kernel, 1, globalSizes, NONE, NONE, NONE))
                .isInstanceOf(OpenClException.class)
                .hasMessage("clEnqueueNDRangeKernel failed with CL_INVALID_KERNEL_ARGS (-52)");
    }

    @Test
    void sizesForFewerDimensionsAreRefused() {
        assertThatThrownBy(() -> ClKernel.enqueue(device.queue, kernel, 2, globalSizes, NONE, NONE, NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 dimensions");
    }

    @Test
    void settingArgumentsAndLaunchingAllocateNothingOnTheJavaHeap() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long a = device.bufferOf(new float[COUNT]);
        boolean svm = ClSvm.isPresent() && ClDevice.info(device.device, ClDevice.CL_DEVICE_SVM_CAPABILITIES)
                .number() != 0;
        MemorySegment shared = svm
                ? ClSvm.alloc(device.context, ClMemory.CL_MEM_READ_WRITE, COUNT * Float.BYTES, 0)
                : NONE;
        long allocated = Long.MAX_VALUE;
        // The first round links the calls. All are too few for HotSpot to optimise away what the code does allocate.
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20; i++) {
                launch(a, a, a, NONE);
                if (svm) {
                    ClKernel.setSvmPointer(kernel, 0, shared.address());
                    ClKernel.enqueue(device.queue, kernel, 1, globalSizes, NONE, NONE, NONE);
                }
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
            ClQueue.finish(device.queue);
        }
        assertThat(allocated).isZero();
        if (svm) {
            ClSvm.free(device.context, shared);
        }
        release(a);
    }

    private void launch(long a, long b, long c, MemorySegment event) {
        ClKernel.setBuffer(kernel, 0, a, device.scratch);
        ClKernel.setBuffer(kernel, 1, b, device.scratch);
        ClKernel.setBuffer(kernel, 2, c, device.scratch);
        setScaleAndCount();
        ClKernel.enqueue(device.queue, kernel, 1, globalSizes, NONE, NONE, event);
    }

    private void setScaleAndCount() {
        ClKernel.setFloat(kernel, 3, 0.5f, device.scratch);
        ClKernel.setInt(kernel, 4, COUNT, device.scratch);
    }

    private static void release(long... buffers) {
        for (long buffer : buffers) {
            ClMemory.release(buffer);
        }
    }
}
