package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a Hopper GPU executes beyond plain launches: values are whole numbers, so that all comparisons are exact. */
@Tag("gpu")
class CudaExecutionGpuTest {
    private static final BlockPool POOL = new BlockPool(1);
    private static final int LAUNCHES = 200;

    private final Arena arena = Arena.ofShared();
    private Backend backend;
    private DeviceStream stream;

    @BeforeAll
    static void requireGpu() {
        assumeTrue(new CudaBackendProvider().probe() instanceof Probe.Available,
                "this machine has no CUDA driver with a GPU");
    }

    @BeforeEach
    void open() {
        backend = new CudaBackendProvider().open(0, POOL);
        stream = backend.newStream();
    }

    @AfterEach
    void close() {
        arena.close();
        stream.close();
        backend.close();
    }

    @AfterAll
    static void closePool() {
        POOL.close();
    }

    private LoadedKernel load(String name, Map<String, Long> parameters, KernelSignature signature)
            throws KernelRejectedException {
        return backend.load(backend.compile(ExecutionKernels.source(name, parameters, signature), signature),
                signature);
    }

    private Tensor upload(float[] values, long... shape) {
        Tensor tensor = backend.allocate(arena, DType.F32, shape);
        backend.copy(stream, Tensor.of(values, shape), tensor);
        stream.synchronize();
        return tensor;
    }

    private float[] download(Tensor tensor) {
        Tensor host = Tensor.allocate(arena, DType.F32, tensor.byteSize() / Float.BYTES);
        backend.copy(stream, tensor, host);
        stream.synchronize();
        return host.toFloatArray();
    }

    private static float[] counted(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return values;
    }

    private static LaunchArguments arguments(KernelSignature signature, Tensor x, Tensor y) {
        LaunchArguments arguments = new LaunchArguments(2, signature.axes().size());
        System.arraycopy(signature.maxAxes(), 0, arguments.axes(), 0, signature.axes().size());
        arguments.setBuffer(0, x);
        arguments.setBuffer(1, y);
        return arguments;
    }

    private float[] run(String name, Map<String, Long> parameters, long... shape) throws KernelRejectedException {
        KernelSignature signature = ExecutionKernels.signature(shape);
        int count = (int) (Tensor.byteSize(DType.F32, shape) / Float.BYTES);
        Tensor y = backend.allocate(arena, DType.F32, shape);
        try (LoadedKernel kernel = load(name, parameters, signature)) {
            LaunchArguments arguments = arguments(signature, upload(counted(count), shape), y);
            long bytes = kernel.workspaceBytes(arguments.axes());
            if (bytes > 0) {
                arguments.setWorkspace(backend.allocate(arena, DType.F32, bytes / Float.BYTES));
            }
            kernel.launch(stream, arguments);
            return download(y);
        }
    }

    @Test
    void blocksOfAClusterReadEachOthersSharedMemory() throws KernelRejectedException {
        float[] y = run("cluster", Map.of(), 64);
        for (int i = 0; i < y.length; i++) {
            assertThat(y[i]).isEqualTo(i / 4 * 4 + (i + 1) % 4);
        }
    }

    @Test
    void blocksOfACooperativeGridWaitForEachOther() throws KernelRejectedException {
        float[] y = run("cooperative", Map.of(), 128);
        for (int i = 0; i < y.length; i++) {
            assertThat(y[i]).isEqualTo(127 - i);
        }
        assertThatThrownBy(() -> run("cooperative", Map.of(), 1 << 20)).isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining("run at once");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 128})
    void tilesAreCopiedByATensorMapAlsoAtTheEdges(long swizzle) throws KernelRejectedException {
        assertThat(run("tile_copy", Map.of("SWIZZLE", swizzle), 13, 100)).isEqualTo(counted(1300));
    }

    @Test
    void eventsGoForward() throws KernelRejectedException {
        KernelSignature signature = ExecutionKernels.signature(1 << 24);
        try (LoadedKernel kernel = load("increment", Map.of(), signature);
                DeviceEvent start = backend.newEvent();
                DeviceEvent middle = backend.newEvent();
                DeviceEvent end = backend.newEvent()) {
            Tensor x = backend.allocate(arena, DType.F32, 1 << 24);
            LaunchArguments arguments = arguments(signature, x, backend.allocate(arena, DType.F32, 1 << 24));
            start.record(stream);
            kernel.launch(stream, arguments);
            middle.record(stream);
            kernel.launch(stream, arguments);
            end.record(stream);
            end.synchronize();
            assertThat(middle.nanosSince(start)).isPositive();
            assertThat(end.nanosSince(start)).isGreaterThan(middle.nanosSince(start));
        }
    }

    @Test
    void aReplayedGraphEqualsItsLaunchesAndNeitherAllocates() throws KernelRejectedException {
        KernelSignature signature = ExecutionKernels.signature(1000);
        try (LoadedKernel kernel = load("increment", Map.of(), signature)) {
            Tensor x = upload(new float[1000], 1000);
            LaunchArguments inPlace = arguments(signature, x, x);
            try (DeviceGraph graph = backend.record(stream, () -> {
                for (int i = 0; i < LAUNCHES; i++) {
                    kernel.launch(stream, inPlace);
                }
            })) {
                assertThat(download(x)).containsOnly(0f);
                graph.launch(stream);
                assertThat(download(x)).containsOnly(LAUNCHES);
                for (int i = 0; i < LAUNCHES; i++) {
                    kernel.launch(stream, inPlace);
                }
                assertThat(download(x)).containsOnly(2 * LAUNCHES);
                assertThat(leastBytes(() -> kernel.launch(stream, inPlace))).isZero();
                assertThat(leastBytes(() -> graph.launch(stream))).isZero();
            }
        }
    }

    /** Returns what a thousand calls allocate once they are compiled. */
    private long leastBytes(Runnable call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 30 && least != 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                call.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            stream.synchronize();
        }
        return least;
    }

    @Test
    void whatTheApplicationOwnsIsUsedAndPinnedMemoryIsCopied() throws KernelRejectedException {
        KernelSignature signature = ExecutionKernels.signature(1000);
        Tensor owned = backend.allocate(arena, DType.F32, 1000);
        Tensor wrapped = Tensor.over(backend.wrapMemory(DeviceHeap.address(owned), 4000), 0, DType.F32, 1000);
        Tensor pinned = backend.allocatePinned(arena, DType.F32, 1000);
        try (LoadedKernel kernel = load("increment", Map.of(), signature);
                DeviceStream foreign = backend.wrapStream(((CudaStream) stream).handle());
                DeviceStream standard = backend.wrapStream(0)) {
            kernel.launch(foreign, arguments(signature, wrapped, wrapped));
            foreign.synchronize();
            kernel.launch(standard, arguments(signature, wrapped, wrapped));
            backend.copy(standard, wrapped, pinned);
            standard.synchronize();
            assertThat(pinned.toFloatArray()).containsOnly(2f);
        }
        assertThat(download(owned)).containsOnly(2f);
    }

    /**
     * The first round is there for the driver, which loads what zeroes memory, a kernel of its own, when it is first
     * needed, and keeps the page of 2 MiB that it lies in.
     */
    @Test
    void aLeaseThatShrinksFreesWhatIsKeptAndNothingIsLeft() {
        long limit = backend.memory().limitBytes();
        allocateAndShrink();
        backend.memory().limit(limit);
        long before = freeBytes();
        allocateAndShrink();
        assertThat(freeBytes()).isEqualTo(before);
        assertThatThrownBy(() -> backend.allocate(arena, DType.F32, 1)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("raise the lease");
    }

    private void allocateAndShrink() {
        long before = freeBytes();
        long size = 256L << 20;
        try (Arena brief = Arena.ofShared()) {
            backend.allocate(brief, DType.F32, size / Float.BYTES);
            assertThat(before - freeBytes()).isGreaterThanOrEqualTo(size);
        }
        assertThat(before - freeBytes()).as("what is kept").isGreaterThanOrEqualTo(size);
        backend.memory().limit(0);
    }

    private static long freeBytes() {
        return ((Loaded.Found<CudaDriver>) CudaDriver.load()).library().memory().info().freeBytes();
    }
}
