package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.CudaDriver;
import dev.kernelwright.backend.cuda.ffi.FakeDriver;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A GPU on a host that has a driver and no compiler, as servers do that run from packs. */
class CudaWithoutCompilerTest {
    private static final KernelSignature ADD = StandardOps.catalog().parse("add(n=64)", DType.F32).signature();

    @TempDir
    static Path folder;

    private static CudaDriver driver;
    private final AtomicInteger looked = new AtomicInteger();

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        FakeDriver fake = FakeDriver.compile(folder, 13000, 0);
        // As many threads as a block of the baseline has.
        fake.functionAttribute(256);
        driver = fake.driver();
    }

    private static CudaBackend open(Supplier<Loaded<CudaCompiler>> compilers) {
        CudaDevice device = CudaPlanTest.device(90, "sm_90a");
        return new CudaBackend(driver, device, device.description(0), compilers);
    }

    private Loaded<CudaCompiler> none() {
        looked.incrementAndGet();
        return new Loaded.Missing<>("there is no nvcc", "run with a cache that holds the kernels");
    }

    @Test
    void theBaselineThatWasCompiledElsewhereIsLoadedAndLaunched() throws KernelRejectedException {
        Loaded<CudaCompiler> found = CudaCompiler.find();
        assumeTrue(found instanceof Loaded.Found, () -> "no compiler for CUDA C++ here: " + found);
        KernelBinary binary;
        try (CudaBackend elsewhere = open(() -> found)) {
            binary = elsewhere.baselineBinary(ADD).orElseThrow();
        }
        try (CudaBackend backend = open(this::none);
                Arena arena = Arena.ofShared();
                DeviceStream stream = backend.newStream();
                LoadedKernel baseline = backend.load(binary, ADD)) {
            LaunchArguments arguments = new LaunchArguments(3, 1);
            arguments.axes()[0] = 64;
            for (int i = 0; i < 3; i++) {
                arguments.setBuffer(i, backend.allocate(arena, DType.F32, 64));
            }
            baseline.launch(stream, arguments);
            assertThat(looked).hasValue(0);
        }
    }

    @Test
    void whatIsToBeCompiledSaysWhyItCannotBeAndIsNotLookedForAtEveryBind() {
        try (CudaBackend backend = open(this::none)) {
            for (int bind = 0; bind < 30; bind++) {
                assertThatThrownBy(() -> backend.baseline(ADD)).isInstanceOf(IllegalStateException.class)
                        .hasMessage("a kernel was to be compiled for cuda, but there is no nvcc: run with a cache that"
                                + " holds the kernels");
            }
            assertThat(looked).hasValue(1);
        }
    }
}
