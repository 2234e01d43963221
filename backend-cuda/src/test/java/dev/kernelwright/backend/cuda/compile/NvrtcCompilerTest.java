package dev.kernelwright.backend.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.ffi.CCompiler;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How NVRTC is found and called, with a library in its place that gives back what it is given. */
class NvrtcCompilerTest {
    @TempDir
    private static Path home;
    private static CudaCompiler compiler;

    @BeforeAll
    static void compileTheFakeNvrtc() throws IOException, InterruptedException {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "the fake NVRTC is a library for Linux");
        Path source = home.resolve("fake-nvrtc.c");
        try (InputStream resource = CCompiler.class.getResourceAsStream("fake-nvrtc.c")) {
            Files.write(source, resource.readAllBytes());
        }
        Files.createDirectories(home.resolve("include/cccl"));
        Files.createFile(home.resolve("include/cuda_fp16.h"));
        Path library = Files.createDirectory(home.resolve("lib64")).resolve("libnvrtc.so.13");
        CCompiler.compile(List.of("-shared", "-fPIC", "-o", library.toString(), source.toString()));
        Loaded<CudaCompiler> found = CudaCompiler.findNvrtc(new CudaToolkit(Map.of("CUDA_HOME", home.toString())));
        assertThat(found).isInstanceOf(Loaded.Found.class);
        compiler = ((Loaded.Found<CudaCompiler>) found).library();
    }

    @Test
    void itIsFoundInTheToolkitThatTheEnvironmentNames() {
        assertThat(compiler.description()).isEqualTo("NVRTC 12.8");
    }

    @Test
    void itIsGivenTheSourceAndTheOptionsAndItsResultsAreRead() throws KernelRejectedException {
        CudaBinary binary = compiler.compile("int größe;", "sm_90a");
        assertThat(binary.cubin()).containsExactly(0x7f, 'E', 'L', 'F', 0, 1);
        assertThat(binary.ptx()).isEqualTo("// int größe; --gpu-architecture=sm_90a --ptxas-options=-v --std=c++17"
                + " --include-path=" + home.resolve("include") + " --include-path=" + home.resolve("include/cccl"));
        assertThat(binary.kernels()).containsExactly(new KernelResources("k", 9, 0, 0, 0));
    }

    /** If not, this JVM ends. */
    @Test
    void aCompilationMayTakeMuchMoreOfTheStackThanAThreadOfJavasHas() throws KernelRejectedException {
        assertThat(compiler.compile("deep", "sm_90a").ptx()).startsWith("// deep");
    }

    @Test
    void anErrorComesWithTheLog() {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile("error", "sm_90a"));
        assertThat(e.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        assertThat(e).hasMessage("kernel.cu(1): error: it says so");
    }

    @Test
    void anArchitectureThatItDoesNotKnowIsAMistakeOfTheCaller() {
        assertThatThrownBy(() -> compiler.compile("int a;", "sm_99")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sm_99 was asked for, which NVRTC 12.8 does not know");
    }

    @Test
    void aCallerDoesNotWaitBeyondTheTimeLimit() {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile("slow", "sm_90a", Duration.ofMillis(100)));
        assertThat(e).hasMessageStartingWith("NVRTC 12.8 took longer than 100 ms");
        // Another caller is not held up by it.
        assertThatThrownBy(() -> compiler.compile("error", "sm_90a")).hasMessageContaining("it says so");
    }
}
