package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.opencl.ffi.ClContext;
import dev.kernelwright.backend.opencl.ffi.ClMemory;
import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.DeviceMemory;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the backend shares with the application: a context, queues and buffers of that, events, and pinned memory. When
 * all is closed, the application's objects have as many references as before.
 */
class OpenClInteropTest {
    private static final int COUNT = 4096;
    private static final int BYTES = COUNT * Float.BYTES;
    private static final KernelSignature ADD =
            Add.DEFINITION.workload(DType.F32).axis("n", 0, COUNT).build().signature();

    private OpenClDevice device;
    private long context;
    private long contextUses;
    private OpenClBackend backend;

    @BeforeEach
    void open() {
        OpenedDevice.open().close(); // or skip
        device = OpenClDevices.find().usable().getFirst();
        context = ClContext.create(device.platform(), device.id());
        contextUses = usesOfContext();
        try (BlockPool unused = new BlockPool(1)) {
            backend = (OpenClBackend) new OpenClBackendProvider().open(0, unused, context);
        }
    }

    @AfterEach
    void everyReferenceToTheContextIsGivenBack() {
        if (backend != null) {
            backend.close();
            assertThat(usesOfContext()).as("references to the application's context").isEqualTo(contextUses);
            ClContext.release(context);
        }
    }

    private long usesOfContext() {
        return ClContext.info(context, ClContext.CL_CONTEXT_REFERENCE_COUNT).number();
    }

    private static long usesOfQueue(long queue) {
        return ClQueue.info(queue, ClQueue.CL_QUEUE_REFERENCE_COUNT).number();
    }

    private static long usesOfBuffer(long buffer) {
        return ClMemory.info(buffer, ClMemory.CL_MEM_REFERENCE_COUNT).number();
    }

    private long newBuffer() {
        return ClMemory.create(context, ClMemory.CL_MEM_READ_WRITE, BYTES);
    }

    private static Tensor counting(float start) {
        float[] values = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[i] = start + i;
        }
        return Tensor.of(values, COUNT);
    }

    private float[] read(DeviceStream stream, Tensor tensor) {
        Tensor host = Tensor.allocate(DType.F32, tensor.shape());
        backend.copy(stream, tensor, host);
        stream.synchronize();
        return host.toFloatArray();
    }

    private void add(DeviceStream stream, Tensor a, Tensor b, Tensor out) {
        try (LoadedKernel kernel = backend.baseline(ADD).orElseThrow()) {
            LaunchArguments arguments = new LaunchArguments(3, 1);
            arguments.setBuffer(0, a);
            arguments.setBuffer(1, b);
            arguments.setBuffer(2, out);
            arguments.axes()[0] = a.elementCount();
            kernel.launch(stream, arguments);
            stream.synchronize();
        }
    }

    @Test
    void allButGraphsIsDeclaredAndGraphsAreRefused() {
        assertThat(backend.capabilities()).containsExactlyInAnyOrder(Capability.EVENTS, Capability.PINNED_MEMORY,
                Capability.WRAPPED_MEMORY, Capability.WRAPPED_STREAMS, Capability.MEMORY_LEASE);
        try (DeviceStream stream = backend.newStream()) {
            assertThatThrownBy(() -> backend.record(stream, () -> {})).isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("GRAPHS");
        }
    }

    @Test
    void kernelsTakeBuffersAndSharedMemoryTogether() {
        long a = newBuffer();
        long out = newBuffer();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            Tensor left = Tensor.over(backend.wrapMemory(a, BYTES), 0, DType.F32, COUNT);
            Tensor right = backend.allocate(arena, DType.F32, COUNT);
            Tensor sum = Tensor.over(backend.wrapMemory(out, BYTES), 0, DType.F32, COUNT);
            assertThat(sum.memory().handle()).isEqualTo(out);
            backend.copy(stream, counting(1), left);
            backend.copy(stream, counting(5), right);
            add(stream, left, right, sum);
            float[] values = read(stream, sum);
            assertThat(values[0]).isEqualTo(6);
            assertThat(values[COUNT - 1]).isEqualTo(6 + 2 * (COUNT - 1));
        }
        assertThat(usesOfBuffer(a)).isEqualTo(1);
        assertThat(usesOfBuffer(out)).isEqualTo(1);
        ClMemory.release(a);
        ClMemory.release(out);
    }

    @Test
    void aPartOfABufferIsGivenAsASubBufferWhichIsReleased() {
        long buffer = newBuffer();
        int part = (int) device.baseAlignmentBytes() / Float.BYTES;
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            Tensor whole = Tensor.over(backend.wrapMemory(buffer, BYTES), 0, DType.F32, COUNT);
            backend.copy(stream, counting(0), whole);
            Tensor sum = backend.allocate(arena, DType.F32, part);
            add(stream, whole.slice(part, part), whole.slice(2L * part, part), sum);
            assertThat(read(stream, sum)[0]).isEqualTo(3 * part);
            add(stream, whole.slice(0, part), whole.slice(part, part), whole.slice(3L * part, part));
            assertThat(read(stream, whole)).startsWith(0, 1, 2).satisfies(values -> assertThat(values[3 * part + 1])
                    .isEqualTo(part + 2));
        }
        assertThat(usesOfBuffer(buffer)).as("references to the buffer").isEqualTo(1);
        ClMemory.release(buffer);
    }

    @Test
    void aPartThatOpenClCannotGiveAKernelIsRefusedWithTheCure() {
        long buffer = newBuffer();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            Tensor whole = Tensor.over(backend.wrapMemory(buffer, BYTES), 0, DType.F32, COUNT);
            Tensor out = backend.allocate(arena, DType.F32, 8);
            assertThatThrownBy(() -> add(stream, whole.slice(1, 8), whole.slice(0, 8), out))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("begins at byte 4 of a cl_mem")
                    .hasMessageContaining("multiples of " + device.baseAlignmentBytes() + " bytes on: copy it");
            backend.copy(stream, counting(0), whole);
            assertThat(read(stream, whole.slice(1, 2))).as("copies go anywhere").containsExactly(1, 2);
        }
        assertThat(usesOfBuffer(buffer)).isEqualTo(1);
        ClMemory.release(buffer);
    }

    @Test
    void copiesGoBetweenBuffersAndSharedMemoryBothWays() {
        long one = newBuffer();
        long two = newBuffer();
        try (DeviceStream stream = backend.newStream(); Arena arena = Arena.ofShared()) {
            Tensor first = Tensor.over(backend.wrapMemory(one, BYTES), 0, DType.F32, COUNT);
            Tensor second = Tensor.over(backend.wrapMemory(two, BYTES), 0, DType.F32, COUNT);
            Tensor shared = backend.allocate(arena, DType.F32, COUNT);
            Tensor half = shared.slice(COUNT / 2, COUNT / 2);
            backend.copy(stream, counting(7), first);
            backend.copy(stream, first, second);
            backend.copy(stream, second.slice(3, COUNT / 2), half);
            assertThat(read(stream, half)).startsWith(10, 11);
            backend.copy(stream, half.slice(1, 4), first.slice(0, 4));
            assertThat(read(stream, first)).startsWith(11, 12, 13, 14, 11);
        }
        assertThat(usesOfBuffer(one)).isEqualTo(1);
        assertThat(usesOfBuffer(two)).isEqualTo(1);
        ClMemory.release(one);
        ClMemory.release(two);
    }

    @Test
    void aQueueOfTheApplicationIsUsedAndLeftOpen() {
        long queue = ClQueue.create(context, device.id(), 0);
        try (DeviceStream stream = backend.wrapStream(queue); Arena arena = Arena.ofShared()) {
            assertThat(usesOfQueue(queue)).isEqualTo(2);
            Tensor x = backend.allocate(arena, DType.F32, COUNT);
            backend.copy(stream, counting(2), x);
            Tensor sum = backend.allocate(arena, DType.F32, COUNT);
            add(stream, x, x, sum);
            assertThat(read(stream, sum)).startsWith(4, 6);
        }
        assertThat(usesOfQueue(queue)).isEqualTo(1);
        DeviceStream left = backend.wrapStream(queue);
        backend.close();
        left.close();
        assertThat(usesOfQueue(queue)).as("after the backend was closed").isEqualTo(1);
        ClQueue.finish(queue);
        ClQueue.release(queue);
    }

    @Test
    void queuesAndBuffersThatCannotBeUsedAreRefusedWithTheCure() {
        long other = ClContext.create(device.platform(), device.id());
        long queue = ClQueue.create(other, device.id(), 0);
        long buffer = ClMemory.create(other, ClMemory.CL_MEM_READ_WRITE, BYTES);
        long small = newBuffer();
        try {
            assertThatThrownBy(() -> backend.wrapStream(queue)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a cl_command_queue of another context").hasMessageContaining("name the");
            assertThatThrownBy(() -> backend.wrapMemory(buffer, BYTES)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a cl_mem of another context").hasMessageContaining("name the");
            assertThatThrownBy(() -> backend.wrapMemory(small, BYTES + 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("that has " + BYTES);
            assertThatThrownBy(() -> backend.wrapStream(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> backend.wrapMemory(0, 8)).isInstanceOf(IllegalArgumentException.class);
            assertThat(usesOfQueue(queue)).isEqualTo(1);
        } finally {
            ClMemory.release(small);
            ClMemory.release(buffer);
            ClQueue.release(queue);
            ClContext.release(other);
        }
    }

    @Test
    void aQueueWithoutAnOrderIsRefused() {
        long queue = ClQueue.create(context, device.id(), ClQueue.CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
        assertThatThrownBy(() -> backend.wrapStream(queue)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("create it without CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE");
        ClQueue.release(queue);
    }

    @Test
    void eventsTakeTheTimeOfWhatLiesBetweenThem() {
        try (DeviceStream stream = backend.newStream();
                Arena arena = Arena.ofShared();
                DeviceEvent before = backend.newEvent();
                DeviceEvent middle = backend.newEvent();
                DeviceEvent after = backend.newEvent()) {
            Tensor x = backend.allocate(arena, DType.F32, COUNT);
            assertThatThrownBy(after::synchronize).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("record it in a stream first");
            before.record(stream);
            backend.copy(stream, counting(1), x);
            middle.record(stream);
            backend.copy(stream, counting(2), x);
            after.record(stream);
            after.synchronize();
            double whole = after.nanosSince(before);
            assertThat(whole).isPositive();
            assertThat(after.nanosSince(middle) + middle.nanosSince(before)).isEqualTo(whole);
            assertThat(before.nanosSince(after)).isEqualTo(-whole);
            before.record(stream);
            before.synchronize();
            assertThat(before.nanosSince(after)).as("recorded again").isNotNegative();
        }
    }

    @Test
    void aTimeIsRefusedBeforeItsEventWasRecorded() {
        long queue = ClQueue.create(context, device.id(), ClQueue.CL_QUEUE_PROFILING_ENABLE);
        try (DeviceStream stream = backend.wrapStream(queue);
                DeviceEvent before = backend.newEvent();
                DeviceEvent after = backend.newEvent()) {
            before.record(stream);
            assertThatThrownBy(() -> after.nanosSince(before)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("it was not recorded");
        }
        ClQueue.release(queue);
    }

    @Test
    void recordingAndAskingAllocateNothingOnceTheyAreCompiled() {
        com.sun.management.ThreadMXBean threads = ManagementFactory
                .getPlatformMXBean(com.sun.management.ThreadMXBean.class);
        try (DeviceStream stream = backend.newStream();
                DeviceEvent before = backend.newEvent();
                DeviceEvent after = backend.newEvent()) {
            long deadline = System.nanoTime() + 30_000_000_000L;
            long allocated;
            do {
                long start = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    before.record(stream);
                    after.record(stream);
                    after.synchronize();
                    after.nanosSince(before);
                }
                allocated = threads.getCurrentThreadAllocatedBytes() - start;
            } while (allocated > 0 && System.nanoTime() - deadline < 0);
            assertThat(allocated).as("bytes allocated by 400 events").isZero();
        }
    }

    @Test
    void pinnedMemoryIsZeroedAndMayOutliveTheBackend() {
        try (Arena arena = Arena.ofShared()) {
            Tensor pinned = backend.allocatePinned(arena, DType.F32, COUNT);
            assertThat(pinned.space()).isSameAs(MemorySpace.HOST);
            assertThat(pinned.toFloatArray()).containsOnly(0);
            assertThat(backend.allocatePinned(arena, DType.F32, 0).elementCount()).isZero();
            try (DeviceStream stream = backend.newStream()) {
                Tensor there = backend.allocate(arena, DType.F32, COUNT);
                MemorySegment.copy(counting(3).segment(), 0, pinned.segment(), 0, BYTES);
                backend.copy(stream, pinned, there);
                assertThat(read(stream, there)).startsWith(3, 4);
            }
            backend.close();
            pinned.segment().setAtIndex(ValueLayout.JAVA_FLOAT, 1, 9);
            assertThat(pinned.toFloatArray()[1]).isEqualTo(9);
        }
    }

    @Test
    void theLeaseLimitsWhatIsAllocatedAndBuffersOfTheApplicationDoNotCount() {
        long buffer = newBuffer();
        try (Arena arena = Arena.ofShared()) {
            backend.allocate(arena, DType.F32, COUNT);
            assertThat(backend.memory().heldBytes()).isGreaterThanOrEqualTo(BYTES);
            backend.memory().limit(0);
            DeviceMemory wrapped = backend.wrapMemory(buffer, BYTES);
            assertThat(wrapped.isAlive()).isTrue();
            assertThatThrownBy(() -> backend.allocate(arena, DType.F32, COUNT))
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("raise the lease");
        }
        assertThat(backend.memory().heldBytes()).isZero();
        ClMemory.release(buffer);
    }

    @Test
    void aContextWithoutTheDeviceIsRefused() {
        // Of this machine's platforms, one that has another device; where there is none, there is nothing to refuse.
        long[] others = OpenClDevices.find().usable().stream().mapToLong(OpenClDevice::id)
                .filter(id -> id != device.id()).toArray();
        assumeTrue(others.length > 0, "there is one device of OpenCL only");
        OpenClDevice other = OpenClDevices.find().usable().stream().filter(d -> d.id() == others[0]).findFirst()
                .orElseThrow();
        long foreign = ClContext.create(other.platform(), other.id());
        try (BlockPool unused = new BlockPool(1)) {
            assertThatThrownBy(() -> new OpenClBackendProvider().open(0, unused, foreign))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("create the context with");
        }
        ClContext.release(foreign);
    }

    @Test
    void theTimeOfAnEventInAQueueThatTakesNoneIsRefusedWithTheCure() {
        long queue = ClQueue.create(context, device.id(), 0);
        try (DeviceStream stream = backend.wrapStream(queue); DeviceEvent event = backend.newEvent()) {
            event.record(stream);
            event.synchronize();
            assertThatThrownBy(() -> event.nanosSince(event)).hasMessageContaining("CL_QUEUE_PROFILING_ENABLE");
        }
        ClQueue.release(queue);
    }
}
