package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.compile.CudaBinary;
import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.KernelParameters;
import dev.kernelwright.backend.cuda.ffi.LaunchConfig;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * What is to be true on a machine with a GPU, as a program that needs the JDK's base alone, so that it runs there from
 * two folders of classes: {@code java --enable-native-access=ALL-UNNAMED -cp classes:test-classes:sdk.jar
 * dev.kernelwright.backend.cuda.CudaGpuChecks}. The JUnit test beside it runs the same.
 */
public final class CudaGpuChecks implements AutoCloseable {
    private static final int N = 100_003;
    private static final String SOURCE = """
            #include <cooperative_groups.h>
            extern "C" __global__ void add(float *c, const float *a, const float *b, int n, float scale) {
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                if (i < n) c[i] = a[i] + scale * b[i];
            }
            extern "C" __global__ void ranks(int *out) {
                auto cluster = cooperative_groups::this_cluster();
                if (threadIdx.x == 0) out[blockIdx.x] = cluster.block_rank() + 100 * cluster.num_blocks();
            }
            """;

    private final CudaDriver driver;
    private final int device;
    private final long context;
    private final long stream;
    private final long module;
    private final CudaBinary binary;

    /** Opens the first device and compiles for it. */
    public CudaGpuChecks() throws Exception {
        driver = found(CudaDriver.load());
        device = driver.devices().device(0);
        context = driver.devices().retainPrimaryContext(device);
        driver.devices().setCurrentContext(context);
        stream = driver.streams().create(CudaConstants.CU_STREAM_NON_BLOCKING);
        int major = driver.devices().attribute(device, CudaConstants.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
        int minor = driver.devices().attribute(device, CudaConstants.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        binary = found(CudaCompiler.find()).compile(SOURCE, "sm_" + major + minor + (major >= 9 ? "a" : ""));
        module = driver.modules().load(binary.cubin());
    }

    private static <T> T found(Loaded<T> loaded) {
        return switch (loaded) {
            case Loaded.Found<T>(T library) -> library;
            case Loaded.Missing<T>(String reason, String cure) -> throw new IllegalStateException(reason + ": " + cure);
        };
    }

    /** The sum of two vectors is right in every element, launched plainly and replayed from a graph. */
    public void vectorAddIsRight() {
        long bytes = 4L * N;
        long a = driver.memory().allocate(bytes);
        long b = driver.memory().allocateInOrder(bytes, stream);
        long c = driver.memory().allocate(bytes);
        MemorySegment host = driver.memory().allocateHost(bytes, 0);
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < N; i++) {
                host.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
            }
            driver.memory().copyToDevice(a, host, bytes, stream);
            driver.memory().copy(b, a, bytes, stream);
            driver.memory().fill(c, (byte) -1, bytes, stream);
            KernelParameters parameters = new KernelParameters(arena, 8, 8, 8, 4, 4);
            parameters.setLong(0, c);
            parameters.setLong(1, a);
            parameters.setLong(2, b);
            parameters.setInt(3, N);
            parameters.setFloat(4, 2);
            long add = driver.modules().function(module, "add");
            long start = driver.streams().createEvent(0);
            long end = driver.streams().createEvent(0);
            driver.streams().record(start, stream);
            driver.launches().launch(add, (N + 255) / 256, 1, 1, 256, 1, 1, 0, stream, parameters.pointers());
            driver.streams().record(end, stream);
            expect(host, c, 3);
            require(driver.streams().elapsedMillis(start, end) > 0, "the launch took no time");
            require(driver.streams().isDone(stream) && driver.streams().isEventDone(end), "the stream is not done");

            driver.graphs().beginCapture(stream, CudaConstants.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
            driver.launches().launch(add, (N + 255) / 256, 1, 1, 256, 1, 1, 0, stream, parameters.pointers());
            long graph = driver.graphs().endCapture(stream);
            long executable = driver.graphs().instantiate(graph);
            driver.memory().fillInts(c, 0, N, stream);
            driver.graphs().launch(executable, stream);
            expect(host, c, 3);
            driver.graphs().destroyExecutable(executable);
            driver.graphs().destroy(graph);
            driver.streams().destroyEvent(start);
            driver.streams().destroyEvent(end);
        } finally {
            driver.memory().freeHost(host);
            driver.memory().free(a);
            driver.memory().freeInOrder(b, stream);
            driver.memory().free(c);
        }
    }

    private void expect(MemorySegment host, long result, float factor) {
        driver.memory().copyToHost(host, result, 4L * N, stream);
        driver.streams().synchronize(stream);
        for (int i = 0; i < N; i++) {
            // All sums are integers below 2^24, so they are exact.
            float found = host.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            require(found == factor * i, "element " + i + " is " + found + " and should be " + factor * i);
        }
    }

    /** The driver, given the PTX, compiles what the compiler compiled. */
    public void ptxLoadsToo() {
        long fromPtx = driver.modules().load(binary.ptx().getBytes(StandardCharsets.US_ASCII));
        long add = driver.modules().function(fromPtx, "add");
        require(driver.modules().maxActiveBlocks(add, 256, 0) > 0, "no block fits");
        driver.modules().unload(fromPtx);
    }

    /** The compiler's registers are those of the loaded function. */
    public void resourcesAreThoseOfTheLoadedFunction() {
        int registers = driver.modules().attribute(driver.modules().function(module, "add"),
                CudaConstants.CU_FUNC_ATTRIBUTE_NUM_REGS);
        int reported = binary.kernels().stream().filter(kernel -> kernel.entry().equals("add")).findFirst()
                .orElseThrow().registers();
        require(registers == reported, registers + " registers loaded, " + reported + " reported");
    }

    /** On a device that has them, a launch in clusters is one. */
    public void clustersAreLaunched() {
        if (driver.devices().attribute(device, CudaConstants.CU_DEVICE_ATTRIBUTE_CLUSTER_LAUNCH) == 0) {
            return;
        }
        long out = driver.memory().allocate(32);
        try (Arena arena = Arena.ofConfined()) {
            KernelParameters parameters = new KernelParameters(arena, 8);
            parameters.setLong(0, out);
            LaunchConfig config = new LaunchConfig(arena);
            config.grid(8, 1, 1);
            config.block(32, 1, 1);
            config.stream(stream);
            config.cluster(4, 1, 1);
            driver.launches().launch(config.segment(), driver.modules().function(module, "ranks"),
                    parameters.pointers());
            MemorySegment host = arena.allocate(32, 4);
            driver.memory().copyToHost(host, out, 32, stream);
            driver.streams().synchronize(stream);
            for (int i = 0; i < 8; i++) {
                int found = host.getAtIndex(ValueLayout.JAVA_INT, i);
                require(found == 400 + i % 4, "block " + i + " says " + found);
            }
        } finally {
            driver.memory().free(out);
        }
    }

    /** An impossible allocation is an error that ends nothing. */
    public void tooLargeAnAllocationIsAnErrorAndNoMore() {
        try {
            driver.memory().allocate(1L << 60);
            throw new IllegalStateException("an exbibyte was allocated");
        } catch (CudaException e) {
            require(e.code() == CudaConstants.CUDA_ERROR_OUT_OF_MEMORY && !e.isSticky(), e.getMessage());
        }
        driver.devices().synchronizeContext();
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }

    @Override
    public void close() {
        driver.modules().unload(module);
        driver.streams().destroy(stream);
        driver.devices().setCurrentContext(0);
        driver.devices().releasePrimaryContext(device);
    }

    /** Runs all of it; ends with a stack trace if something is not so. */
    public static void main(String[] args) throws Exception {
        try (CudaGpuChecks checks = new CudaGpuChecks()) {
            System.out.println(checks.driver.devices().name(checks.device) + ", driver "
                    + CudaDriver.versionText(checks.driver.version()) + ", " + checks.binary.architecture());
            checks.vectorAddIsRight();
            checks.ptxLoadsToo();
            checks.resourcesAreThoseOfTheLoadedFunction();
            checks.clustersAreLaunched();
            checks.tooLargeAnAllocationIsAnErrorAndNoMore();
            System.out.println("5 checks passed");
        }
    }
}
