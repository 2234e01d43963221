package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the bindings call, with a library in the place of the driver that notes what it is given. */
class CudaDriverTest {
    private static final long STREAM = 0x7000000000a0L;
    private static final long EVENT = 0x7000000000e0L;
    private static final long FUNCTION = 0x7000000000f0L;
    private static final long MODULE = 0x7000000000d0L;
    private static final long CONTEXT = 0x7000000000c0L;
    private static final long DEVICE_MEMORY = 0x7f0000000000L;

    @TempDir
    private static Path folder;
    private static FakeDriver fake;
    private static CudaDriver driver;

    private final Set<String> called = new TreeSet<>();

    @BeforeAll
    static void compileTheFakeDriver() throws IOException, InterruptedException {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "the fake driver is a library for Linux");
        fake = FakeDriver.compile(folder, 13000, 0);
        driver = fake.driver();
    }

    @AfterEach
    void letItSucceedAgain() {
        fake.answer(0);
    }

    /** Checks how the driver was called last. */
    private void noted(String call) {
        assertThat(fake.lastCall()).isEqualTo(call);
        called.add(call.replaceFirst(" .*", ""));
    }

    @Test
    void everyFunctionIsCalledWithWhatItIsGiven() {
        callDevices();
        callStreams();
        callMemory();
        callModules();
        callLaunches();
        callGraphs();
        // How the driver is found, and its words: by the other tests here.
        called.addAll(Set.of("cuInit", "cuDriverGetVersion", "cuGetProcAddress_v2", "cuGetErrorName",
                "cuGetErrorString"));
        assertThat(called).isEqualTo(Arrays.stream(DriverFunction.values()).map(DriverFunction::symbol)
                .collect(Collectors.toCollection(TreeSet::new)));
    }

    private void callDevices() {
        assertThat(driver.version()).isEqualTo(13000);
        assertThat(driver.devices().count()).isEqualTo(3);
        noted("cuDeviceGetCount");
        assertThat(driver.devices().device(2)).isEqualTo(12);
        noted("cuDeviceGet 2");
        assertThat(driver.devices().name(12)).isEqualTo("Fake 12");
        noted("cuDeviceGetName 255 12");
        assertThat(driver.devices().attribute(12, CudaConstants.CU_DEVICE_ATTRIBUTE_WARP_SIZE)).isEqualTo(7);
        noted("cuDeviceGetAttribute 10 12");
        assertThat(driver.devices().totalMemoryBytes(12)).isEqualTo(1L << 37);
        noted("cuDeviceTotalMem_v2 12");
        assertThat(driver.devices().uuid(12)).isEqualTo(UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f"));
        noted("cuDeviceGetUuid_v2 12");
        assertThat(driver.devices().retainPrimaryContext(12)).isEqualTo(CONTEXT);
        noted("cuDevicePrimaryCtxRetain 12");
        driver.devices().releasePrimaryContext(12);
        noted("cuDevicePrimaryCtxRelease_v2 12");
        driver.devices().setCurrentContext(CONTEXT);
        noted("cuCtxSetCurrent 7000000000c0");
        assertThat(driver.devices().currentContext()).isEqualTo(CONTEXT);
        noted("cuCtxGetCurrent");
        driver.devices().synchronizeContext();
        noted("cuCtxSynchronize");
    }

    private void callStreams() {
        DriverStreams streams = driver.streams();
        assertThat(streams.create(CudaConstants.CU_STREAM_NON_BLOCKING)).isEqualTo(STREAM);
        noted("cuStreamCreate 1");
        streams.synchronize(STREAM);
        noted("cuStreamSynchronize 7000000000a0");
        assertThat(streams.isDone(STREAM)).isTrue();
        noted("cuStreamQuery 7000000000a0");
        streams.waitFor(STREAM, EVENT);
        noted("cuStreamWaitEvent 7000000000a0 7000000000e0 0");
        streams.destroy(STREAM);
        noted("cuStreamDestroy_v2 7000000000a0");
        assertThat(streams.createEvent(CudaConstants.CU_EVENT_DISABLE_TIMING)).isEqualTo(EVENT);
        noted("cuEventCreate 2");
        streams.record(EVENT, STREAM);
        noted("cuEventRecord 7000000000e0 7000000000a0");
        streams.synchronizeEvent(EVENT);
        noted("cuEventSynchronize 7000000000e0");
        assertThat(streams.isEventDone(EVENT)).isTrue();
        noted("cuEventQuery 7000000000e0");
        assertThat(streams.elapsedMillis(EVENT, EVENT + 1)).isEqualTo(1.5f);
        noted("cuEventElapsedTime 7000000000e0 7000000000e1");
        streams.destroyEvent(EVENT);
        noted("cuEventDestroy_v2 7000000000e0");
    }

    private void callMemory() {
        DriverMemory memory = driver.memory();
        assertThat(memory.info()).isEqualTo(new DriverMemory.Info(1L << 36, 1L << 37));
        noted("cuMemGetInfo_v2");
        assertThat(memory.allocate(1L << 33)).isEqualTo(DEVICE_MEMORY);
        noted("cuMemAlloc_v2 8589934592");
        memory.free(DEVICE_MEMORY);
        noted("cuMemFree_v2 7f0000000000");
        assertThat(memory.allocateInOrder(256, STREAM)).isEqualTo(DEVICE_MEMORY);
        noted("cuMemAllocAsync 256 7000000000a0");
        memory.freeInOrder(DEVICE_MEMORY, STREAM);
        noted("cuMemFreeAsync 7f0000000000 7000000000a0");
        MemorySegment pinned = memory.allocateHost(64, CudaConstants.CU_MEMHOSTALLOC_PORTABLE);
        noted("cuMemHostAlloc 64 1");
        assertThat(pinned.byteSize()).isEqualTo(64);
        pinned.set(ValueLayout.JAVA_BYTE, 0, (byte) 5);
        memory.copyToDevice(DEVICE_MEMORY, pinned, 64, STREAM);
        noted("cuMemcpyHtoDAsync_v2 7f0000000000 5 64 7000000000a0");
        memory.copyToHost(pinned, DEVICE_MEMORY, 32, STREAM);
        noted("cuMemcpyDtoHAsync_v2 7f0000000000 32 7000000000a0");
        assertThat(pinned.get(ValueLayout.JAVA_BYTE, 31)).isEqualTo((byte) 9);
        assertThat(pinned.get(ValueLayout.JAVA_BYTE, 32)).isZero();
        memory.freeHost(pinned);
        noted("cuMemFreeHost 1");
        memory.copy(DEVICE_MEMORY, DEVICE_MEMORY + 64, 32, STREAM);
        noted("cuMemcpyDtoDAsync_v2 7f0000000000 7f0000000040 32 7000000000a0");
        memory.fill(DEVICE_MEMORY, (byte) -1, 32, STREAM);
        noted("cuMemsetD8Async 7f0000000000 255 32 7000000000a0");
        memory.fillInts(DEVICE_MEMORY, 0x7fc00000, 8, STREAM);
        noted("cuMemsetD32Async 7f0000000000 7fc00000 8 7000000000a0");
    }

    private void callModules() {
        DriverModules modules = driver.modules();
        assertThat(modules.load("ptx text".getBytes(StandardCharsets.US_ASCII))).isEqualTo(MODULE);
        noted("cuModuleLoadDataEx ptx text");
        assertThat(modules.function(MODULE, "add")).isEqualTo(FUNCTION);
        noted("cuModuleGetFunction 7000000000d0 add");
        modules.unload(MODULE);
        noted("cuModuleUnload 7000000000d0");
        assertThat(modules.attribute(FUNCTION, CudaConstants.CU_FUNC_ATTRIBUTE_NUM_REGS)).isEqualTo(8);
        noted("cuFuncGetAttribute 4 7000000000f0");
        modules.setAttribute(FUNCTION, CudaConstants.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 100_000);
        noted("cuFuncSetAttribute 7000000000f0 8 100000");
        assertThat(modules.maxActiveBlocks(FUNCTION, 256, 49_152)).isEqualTo(4);
        noted("cuOccupancyMaxActiveBlocksPerMultiprocessor 7000000000f0 256 49152");
    }

    private void callLaunches() {
        try (Arena arena = Arena.ofConfined()) {
            KernelParameters parameters = parameters(arena);
            driver.launches().launch(FUNCTION, 1, 2, 3, 4, 5, 6, 7, STREAM, parameters.pointers());
            noted("cuLaunchKernel 7000000000f0 1 2 3 4 5 6 7 7000000000a0 7f0000000000 -3 2.5 1");
            LaunchConfig config = new LaunchConfig(arena);
            config.grid(8, 2, 3);
            config.block(4, 5, 6);
            config.sharedBytes(7);
            config.stream(STREAM);
            driver.launches().launch(config.segment(), FUNCTION, parameters.pointers());
            noted("cuLaunchKernelEx 7000000000f0 8 2 3 4 5 6 7 7000000000a0 7f0000000000 1");
            config.cluster(1, 1, 1);
            config.cooperative();
            config.overlapping();
            config.cluster(4, 2, 1);
            driver.launches().launch(config.segment(), FUNCTION, parameters.pointers());
            noted("cuLaunchKernelEx 7000000000f0 8 2 3 4 5 6 7 7000000000a0 cluster 4 2 1 cooperative 1 overlapping 1"
                    + " 7f0000000000 1");
            driver.launches().encodeTensorMap(parameters.slot(3), new DriverLaunches.TensorMapShape(
                    CudaConstants.CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, new long[]{4096, 2048}, new long[]{8192},
                    new int[]{64, 128}, new int[]{1, 2}, CudaConstants.CU_TENSOR_MAP_INTERLEAVE_NONE,
                    CudaConstants.CU_TENSOR_MAP_SWIZZLE_128B, CudaConstants.CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                    CudaConstants.CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE), DEVICE_MEMORY);
            noted("cuTensorMapEncodeTiled 9 2 7f0000000000 4096 2048 8192 64 128 1 2 0 3 3 0 0");
            assertThat(parameters.slot(3).getAtIndex(ValueLayout.JAVA_LONG, 15)).isEqualTo(42);
        }
    }

    private void callGraphs() {
        DriverGraphs graphs = driver.graphs();
        graphs.beginCapture(STREAM, CudaConstants.CU_STREAM_CAPTURE_MODE_RELAXED);
        noted("cuStreamBeginCapture_v2 7000000000a0 2");
        assertThat(graphs.endCapture(STREAM)).isEqualTo(0x700000000060L);
        noted("cuStreamEndCapture 7000000000a0");
        assertThat(graphs.instantiate(0x700000000060L)).isEqualTo(0x700000000070L);
        noted("cuGraphInstantiateWithFlags 700000000060 0");
        graphs.launch(0x700000000070L, STREAM);
        noted("cuGraphLaunch 700000000070 7000000000a0");
        graphs.destroyExecutable(0x700000000070L);
        noted("cuGraphExecDestroy 700000000070");
        graphs.destroy(0x700000000060L);
        noted("cuGraphDestroy 700000000060");
    }

    private static KernelParameters parameters(Arena arena) {
        KernelParameters parameters =
                new KernelParameters(arena, 8, 4, 4, CudaStructs.TENSOR_MAP.byteSize());
        parameters.setLong(0, DEVICE_MEMORY);
        parameters.setInt(1, -3);
        parameters.setFloat(2, 2.5f);
        return parameters;
    }

    @Test
    void launchingAndRecordingAndWaitingAllocateNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Arena arena = Arena.ofConfined()) {
            KernelParameters parameters = parameters(arena);
            LaunchConfig config = new LaunchConfig(arena);
            MemorySegment host = arena.allocate(64);
            long allocated = Long.MAX_VALUE;
            // The interpreter allocates where compiled code does not, so the first rounds, and one in which the JVM
            // goes back to it, are no verdict.
            for (int round = 0; round < 20 && allocated != 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                runLaunches(parameters, config, host, 10_000);
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated).as("bytes in 10,000 rounds of ten calls").isZero();
        }
    }

    private static void runLaunches(KernelParameters parameters, LaunchConfig config, MemorySegment host, int count) {
        MemorySegment pointers = parameters.pointers();
        for (int i = 0; i < count; i++) {
            driver.devices().setCurrentContext(CONTEXT);
            parameters.setInt(1, i);
            driver.launches().launch(FUNCTION, i, 1, 1, 256, 1, 1, 0, STREAM, pointers);
            config.grid(i, 1, 1);
            driver.launches().launch(config.segment(), FUNCTION, pointers);
            driver.graphs().launch(MODULE, STREAM);
            driver.memory().copyToDevice(DEVICE_MEMORY, host, 64, STREAM);
            driver.memory().fill(DEVICE_MEMORY, (byte) 0, 64, STREAM);
            driver.streams().record(EVENT, STREAM);
            driver.streams().waitFor(STREAM, EVENT);
            driver.streams().isDone(STREAM);
            driver.streams().synchronize(STREAM);
        }
    }

    @Test
    void anErrorSaysWhichFunctionFailedAndWhyInTheDriversWords() {
        fake.answer(CudaConstants.CUDA_ERROR_OUT_OF_MEMORY);
        CudaException e = catchThrowableOfType(CudaException.class, () -> driver.memory().allocate(1));
        assertThat(e).hasMessage("cuMemAlloc_v2 failed with CUDA_ERROR_OUT_OF_MEMORY (2): out of memory");
        assertThat(e.function()).isEqualTo("cuMemAlloc_v2");
        assertThat(e.code()).isEqualTo(2);
        assertThat(e.name()).isEqualTo("CUDA_ERROR_OUT_OF_MEMORY");
        assertThat(e.isSticky()).isFalse();
    }

    @Test
    void anErrorThatEndsTheUseOfTheDeviceSaysSo() {
        fake.answer(CudaConstants.CUDA_ERROR_ILLEGAL_ADDRESS);
        assertThatThrownBy(() -> driver.streams().synchronize(STREAM)).isInstanceOfSatisfying(CudaException.class,
                e -> assertThat(e.isSticky()).isTrue()).hasMessageContaining("this process can use the device no more");
    }

    @Test
    void aStreamAndAnEventThatAreNotDoneAreNoErrors() {
        fake.answer(CudaConstants.CUDA_ERROR_NOT_READY);
        assertThat(driver.streams().isDone(STREAM)).isFalse();
        assertThat(driver.streams().isEventDone(EVENT)).isFalse();
    }

    @Test
    void aBinaryThatIsRefusedIsRefusedWithTheDriversLog() {
        fake.answer(CudaConstants.CUDA_ERROR_NO_BINARY_FOR_GPU);
        assertThatThrownBy(() -> driver.modules().load(new byte[]{'x'})).isInstanceOf(CudaException.class)
                .hasMessageEndingWith("the log");
    }

    @Test
    void mistakesThatWouldReadForeignMemoryAreRefused() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(8);
            assertThatThrownBy(() -> driver.memory().copyToDevice(DEVICE_MEMORY, host, 9, STREAM))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("9 bytes");
            assertThatThrownBy(() -> driver.memory().copyToHost(host, DEVICE_MEMORY, -1, STREAM))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> parameters(arena).setInt(0, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("parameter 0 of 8 bytes");
            assertThatThrownBy(() -> new DriverLaunches.TensorMapShape(0, new long[2], new long[2], new int[2],
                    new int[2], 0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anOldDriverIsMissingWithBothVersions() throws IOException, InterruptedException {
        assertThat(FakeDriver.compile(folder, 11040, 0).load()).isEqualTo(new Loaded.Missing<>(
                "the CUDA driver is of version 11.4, and 12.0 or newer is needed",
                "install NVIDIA's driver 525 or newer"));
    }

    @Test
    void aDriverWithoutADeviceIsMissingWithItsWords() throws IOException, InterruptedException {
        assertThat(FakeDriver.compile(folder, 13000, CudaConstants.CUDA_ERROR_NO_DEVICE).load())
                .isInstanceOfSatisfying(Loaded.Missing.class, missing -> {
                    assertThat(missing.reason()).contains("of version 13.0", "cuInit failed with", "(100)");
                    assertThat(missing.cure()).contains("CUDA_VISIBLE_DEVICES");
                });
    }

    @Test
    void aLibraryThatIsNoDriverIsMissing() throws IOException, InterruptedException {
        CCompiler.compile(List.of("-shared", "-o", folder.resolve("libempty.so").toString(), "-x", "c", "/dev/null"));
        assertThat(CudaDriver.load(List.of(folder.resolve("libempty.so").toString())))
                .isInstanceOfSatisfying(Loaded.Missing.class,
                        missing -> assertThat(missing.reason()).contains("without cuDriverGetVersion"));
    }
}
