package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.FakeDriver;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.dispatch.LiveKernel;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls by way of the runtime's dispatch, right and wrong ones, seen from a driver that notes how it is called. */
@Timeout(60)
class CudaBadInputTest {
    private static final int DEVICE_UNAVAILABLE = 46;
    private static final Workload ADD = StandardOps.catalog().parse("add(n=64)", DType.F32);

    @TempDir
    static Path folder;

    private static FakeDriver fake;
    private static CudaDriver driver;
    private final Arena arena = Arena.ofShared();
    private CudaBackend backend;
    private DeviceStream stream;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        fake = FakeDriver.compile(folder, 13000, 0);
        driver = fake.driver();
    }

    private static CudaBackend open(int capability, String architecture) {
        CudaDevice device = CudaPlanTest.device(capability, architecture);
        return new CudaBackend(driver, device, device.description(0));
    }

    @BeforeEach
    void open() {
        backend = open(90, "sm_90a");
        stream = backend.newStream();
    }

    @AfterEach
    void close() {
        fake.answer(0);
        arena.close();
        backend.close();
    }

    private LiveKernel live(String directives) throws KernelRejectedException {
        KernelBinary binary = new KernelBinary("cubin", new byte[]{'x'},
                KernelTemplate.parse(CudaBackend.LANGUAGE, directives).plan(), "");
        return new LiveKernel(KernelKey.of(ADD, backend.target()), ADD, backend, backend.load(binary, ADD.signature()),
                reason -> {
                });
    }

    private LiveKernel live() throws KernelRejectedException {
        return live("// @step run grid=n block=8");
    }

    private void call(LiveKernel kernel, Tensor... tensors) {
        LaunchArguments arguments = kernel.check().newArguments();
        kernel.check().bind(tensors, arguments);
        kernel.launch(stream, arguments);
    }

    private Tensor tensor(long... shape) {
        return backend.allocate(arena, DType.F32, shape);
    }

    @Test
    void aGraphOfCallsHasAWorkspaceThatNoOtherCallUses() throws KernelRejectedException {
        LiveKernel kernel = live("// @step run grid=n block=8\n// @workspace n * 1024");
        Tensor x = tensor(64);
        Tensor y = tensor(64);
        long before = backend.memory().heldBytes();
        fake.forgetCalls();
        try (DeviceGraph graph = backend.record(stream, () -> {
            call(kernel, x, x, y);
            call(kernel, y, y, x);
        })) {
            assertThat(
                    fake.calls().stream().map(call -> call.split(" ", 2)[0]).filter(name -> !name.startsWith("cuCtx")))
                    .containsSubsequence("cuStreamBeginCapture_v2", "cuLaunchKernel", "cuLaunchKernel",
                            "cuStreamEndCapture", "cuGraphInstantiateWithFlags", "cuGraphDestroy");
            assertThat(backend.memory().heldBytes() - before).isEqualTo(64 * 1024);
            call(kernel, x, x, y);
            assertThat(backend.memory().heldBytes() - before).isEqualTo(2 * 64 * 1024);
            graph.launch(stream);
            assertThat(fake.lastCall()).startsWith("cuGraphLaunch");
        }
    }

    @Test
    void aCallFromAThreadWithAnotherContextIsMadeInThatOfTheDevice() throws KernelRejectedException {
        LiveKernel kernel = live();
        Tensor x = tensor(64);
        Tensor y = tensor(64);
        driver.devices().setCurrentContext(0x1);
        fake.forgetCalls();
        call(kernel, x, x, y);
        assertThat(fake.calls()).hasSize(2);
        assertThat(fake.calls().getFirst()).isEqualTo("cuCtxSetCurrent 7000000000c0");
        assertThat(fake.calls().getLast()).startsWith("cuLaunchKernel");
    }

    @Test
    void whatIsClosedDuringLaunchesEndsThemAndTheDriverIsNotCalledAgain() throws Exception {
        LiveKernel kernel = live();
        Tensor x = tensor(64);
        Tensor y = tensor(64);
        CountDownLatch launched = new CountDownLatch(1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread launcher = Thread.ofPlatform().start(() -> {
            try {
                while (true) {
                    call(kernel, x, x, y);
                    launched.countDown();
                }
            } catch (IllegalStateException e) {
                end.set(e);
            }
        });
        launched.await();
        kernel.close();
        backend.close();
        launcher.join();
        assertThat(end.get()).hasMessage("a kernel of cuda was launched after it was closed: load it again");
        assertThat(fake.lastCall()).isEqualTo("cuDevicePrimaryCtxRelease_v2 12");
    }

    @Test
    void whatIsClosedIsNotUsed() throws KernelRejectedException {
        LiveKernel kernel = live();
        Tensor x = tensor(64);
        Tensor y = tensor(64);
        DeviceGraph graph = backend.record(stream, () -> call(kernel, x, x, y));
        graph.close();
        assertThatThrownBy(() -> graph.launch(stream)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("record it again");
        stream.close();
        assertThatThrownBy(() -> call(kernel, x, x, y)).isInstanceOf(IllegalStateException.class)
                .hasMessage("a stream of cuda was used after it was closed: make another");
        kernel.close();
        backend.close();
        fake.forgetCalls();
        assertThatThrownBy(() -> backend.newEvent()).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("used after it was closed");
        assertThat(fake.calls()).isEmpty();
    }

    @Test
    void aTensorThatDoesNotFitIsRefusedBeforeTheDriverIsCalled() throws KernelRejectedException {
        LiveKernel kernel = live();
        Tensor x = tensor(64);
        Tensor y = tensor(64);
        Tensor freed;
        try (Arena brief = Arena.ofShared()) {
            freed = backend.allocate(brief, DType.F32, 64);
        }
        Tensor small = tensor(63);
        Tensor integers = backend.allocate(arena, DType.I32, 64);
        try (CudaBackend other = open(90, "sm_90a")) {
            Tensor elsewhere = other.allocate(arena, DType.F32, 64);
            fake.forgetCalls();
            for (Tensor wrong : new Tensor[]{small, integers, elsewhere, Tensor.allocate(DType.F32, 64)}) {
                assertThatThrownBy(() -> call(kernel, x, wrong, y)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> call(kernel, x, freed, y)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("freed");
            assertThat(fake.calls()).isEmpty();
        }
    }

    @Test
    void aDeviceThatIsNotThereIsNamedWithThoseThatAre() {
        for (int index : new int[]{-1, 3}) {
            assertThatThrownBy(() -> CudaBackendProvider.open(driver, index))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "the device cuda:" + index + " was asked for, but there are 3: see 'kernelwright devices'");
        }
        try (Backend last = CudaBackendProvider.open(driver, 2)) {
            assertThat(last.device().name()).isEqualTo("cuda:2");
        }
    }

    @Test
    void aGpuThatIsFullOrAnothersIsNotOpened() {
        fake.fail("cuDevicePrimaryCtxRetain", CudaConstants.CUDA_ERROR_OUT_OF_MEMORY);
        fake.forgetCalls();
        assertThatThrownBy(() -> open(90, "sm_90a")).isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("cuda cannot be opened", "out of memory", "end what else uses its memory");
        fake.fail("cuDevicePrimaryCtxRetain", DEVICE_UNAVAILABLE);
        assertThatThrownBy(() -> open(90, "sm_90a")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("whether another process has it for itself");
        assertThat(fake.calls()).noneMatch(call -> call.startsWith("cuDevicePrimaryCtxRelease"));
    }

    @Test
    void aGpuThatFillsUpSaysHowMuchIsLeftAndNothingIsHeld() {
        fake.fail("cuMemAlloc", CudaConstants.CUDA_ERROR_OUT_OF_MEMORY);
        assertThatThrownBy(() -> tensor(1 << 20)).isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("memory of 4194304 bytes was asked for on cuda", (1L << 36) + " are free");
        assertThat(backend.memory().heldBytes()).isZero();
        fake.answer(0);
        assertThat(tensor(1 << 20).isAlive()).isTrue();
    }

    @Test
    void anArchitectureThatTheCompilerDoesNotKnowIsNamedWithTheCure() {
        assumeTrue(CudaCompiler.find() instanceof Loaded.Found, "this machine has neither NVRTC nor nvcc");
        try (CudaBackend unknown = open(77, "sm_77")) {
            assertThatThrownBy(() -> unknown.baseline(ADD.signature())).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("sm_77", "does not know", "install a toolkit that does");
        }
    }
}
