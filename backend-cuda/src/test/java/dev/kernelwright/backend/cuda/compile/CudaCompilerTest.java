package dev.kernelwright.backend.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.ffi.CCompiler;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compilation with nvcc, and with NVRTC, each where it is. */
class CudaCompilerTest {
    private static final String ADD = """
            extern "C" __global__ void add(float *c, const float *a, const float *b, int n) {
                __shared__ float tile[64];
                int i = blockIdx.x * blockDim.x + threadIdx.x;
                tile[threadIdx.x & 63] = i < n ? a[i] : 0.0f;
                __syncthreads();
                if (i < n) c[i] = tile[(threadIdx.x + 1) & 63] + b[i];
            }
            """;
    /** More live values than 32 registers hold. */
    private static final String SPILLING = """
            extern "C" __global__ void __launch_bounds__(1024, 2) spill(float *c, const float *a) {
                float v[96];
            #pragma unroll
                for (int i = 0; i < 96; i++) v[i] = a[i * 1024 + threadIdx.x];
                __syncthreads();
            #pragma unroll
                for (int i = 0; i < 96; i++) c[i * 1024 + threadIdx.x] = v[i] * v[95 - i] + v[(i * 7) % 96];
            }
            """;

    private static CudaCompiler nvcc(Map<String, String> environment) {
        Loaded<CudaCompiler> found = CudaCompiler.findNvcc(new CudaToolkit(environment), environment);
        assumeTrue(found instanceof Loaded.Found, () -> "no nvcc here: " + found);
        return ((Loaded.Found<CudaCompiler>) found).library();
    }

    private static CudaCompiler nvcc() {
        return nvcc(System.getenv());
    }

    @Test
    void nvccGivesABinaryItsAssemblyAndItsResources() throws KernelRejectedException {
        CudaBinary binary = nvcc().compile(ADD, "sm_90a");
        assertIsTheAddition(binary);
        assertThat(binary.log()).contains("ptxas info");
    }

    @Test
    void nvrtcGivesABinaryItsAssemblyAndItsResources() throws KernelRejectedException {
        Loaded<CudaCompiler> found = CudaCompiler.find();
        assumeTrue(found instanceof Loaded.Found<CudaCompiler>(var compiler)
                && compiler.description().startsWith("NVRTC"),
                () -> "no NVRTC here, but " + (found instanceof Loaded.Found<
                        CudaCompiler>(var compiler) ? compiler.description() : found));
        assertIsTheAddition(((Loaded.Found<CudaCompiler>) found).library().compile(ADD, "sm_90a"));
    }

    private static void assertIsTheAddition(CudaBinary binary) {
        assertThat(binary.cubin()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(binary.ptx()).contains(".target sm_90a", ".entry add");
        assertThat(binary.kernels()).singleElement().satisfies(kernel -> {
            assertThat(kernel.entry()).isEqualTo("add");
            assertThat(kernel.registers()).isBetween(4, 40);
            assertThat(kernel.sharedBytes()).isEqualTo(256);
            assertThat(kernel.spillBytes()).isZero();
            assertThat(kernel.stackBytes()).isZero();
        });
    }

    @Test
    void aKernelThatSpillsIsReportedAsOne() throws KernelRejectedException {
        assertThat(nvcc().compile(SPILLING, "sm_90").kernels()).singleElement().satisfies(kernel -> {
            assertThat(kernel.registers()).isEqualTo(32);
            assertThat(kernel.spillBytes()).isPositive();
            assertThat(kernel.stackBytes()).isPositive();
        });
    }

    @Test
    void everyHeaderThatIsAllowedAndPlainCompiles() throws KernelRejectedException {
        assertThat(nvcc().compile("""
                #include <cuda_fp16.h>
                #include <cuda_bf16.h>
                #include <cuda_fp8.h>
                #include <mma.h>
                #include <cooperative_groups.h>
                #include <cooperative_groups/reduce.h>
                #include <cuda_pipeline.h>
                #include <cuda/barrier>
                #include <cuda/std/cstdint>
                #include <cuda.h>
                #include "math_constants.h"
                """ + ADD, "sm_90a").kernels()).hasSize(1);
    }

    @Test
    void anErrorComesWithTheLogAndItsLine() {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> nvcc().compile(ADD.replace("+ b[i]", "+ d[i]"), "sm_90a"));
        assertThat(e.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        assertThat(e).hasMessageContaining("kernel.cu(6): error: identifier \"d\" is undefined");
    }

    @Test
    void theLogIsBounded() {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class, () -> nvcc().compile(
                ("#warning " + "x".repeat(2_000) + "\n").repeat(100) + "#error end", "sm_90a"));
        assertThat(e.getMessage()).hasSizeBetween(CudaCompiler.MAX_LOG_CHARS, CudaCompiler.MAX_LOG_CHARS + 100)
                .endsWith("more characters)");
    }

    @Test
    void aSourceThatIncludesAFileOfTheHostIsRefusedBeforeItIsCompiled(@TempDir Path folder) throws IOException {
        CudaCompiler compiler = script(folder, "touch " + folder + "/compiled");
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile(ADD + "#include \"/etc/passwd\"\n", "sm_90a"));
        assertThat(e.reason()).isEqualTo(ReasonCode.FORBIDDEN_MEMBER);
        assertThat(e).hasMessageContaining("line 8 of the source has #include \"/etc/passwd\"");
        assertThat(folder.resolve("compiled")).doesNotExist();
    }

    @Test
    void aSourceThatIsTooLargeIsRefusedBeforeItIsCompiled(@TempDir Path folder) throws IOException {
        CudaCompiler compiler = script(folder, "touch " + folder + "/compiled");
        assertThatThrownBy(() -> compiler.compile(" ".repeat(KernelSource.MAX_CHARS + 1), "sm_90a"))
                .isInstanceOf(KernelRejectedException.class).hasMessageContaining("262145 characters");
        assertThat(folder.resolve("compiled")).doesNotExist();
    }

    @Test
    void anArchitectureThatIsNoneIsAMistakeOfTheCaller() {
        assertThatThrownBy(() -> nvcc().compile(ADD, "sm_90a --run")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("give one such as sm_90a");
        assertThatThrownBy(() -> nvcc().compile(ADD, "sm_20")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sm_20 was asked for, which nvcc");
    }

    @Test
    void nothingIsLeftBehind() throws KernelRejectedException, IOException {
        CudaCompiler compiler = nvcc();
        Set<String> before = folders();
        compiler.compile(ADD, "sm_90a");
        assertThatThrownBy(() -> compiler.compile("error", "sm_90a")).isInstanceOf(KernelRejectedException.class);
        assertThat(folders()).isEqualTo(before);
    }

    private static Set<String> folders() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("kernelwright-nvcc-"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** What {@link #aRelativeFolderForTemporaryFilesWillDo} runs in a JVM of its own, which reads the property once. */
    static final class CompilesOnce {
        public static void main(String[] arguments) throws KernelRejectedException {
            assertIsTheAddition(nvcc().compile(ADD, "sm_90a"));
        }
    }

    /** A trial worker's is. */
    @Test
    void aRelativeFolderForTemporaryFilesWillDo(@TempDir Path folder) throws IOException, InterruptedException {
        nvcc();
        CCompiler.run(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=.", "-cp", System.getProperty("java.class.path"), CompilesOnce.class.getName())
                .directory(folder.toFile()));
        assertThat(folder).isEmptyDirectory();
    }

    /** The options that the environment could give to nvcc, and the headers to its host compiler, are not passed on. */
    @Test
    void theEnvironmentCannotChangeACompilation() throws KernelRejectedException {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.put("NVCC_APPEND_FLAGS", "--no-such-option");
        environment.put("NVCC_PREPEND_FLAGS", "--no-such-option");
        assertThat(nvcc(environment).compile(ADD, "sm_90a").kernels()).hasSize(1);
    }

    @Test
    void aCompilerThatDoesNotEndIsStoppedWithItsChildren(@TempDir Path folder) throws IOException {
        CudaCompiler compiler = script(folder, "echo $$ > " + folder + "/pid; sleep 300 & echo $! > " + folder
                + "/child; wait");
        Set<String> before = folders();
        long start = System.nanoTime();
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile(ADD, "sm_90a", Duration.ofMillis(500)));
        assertThat(e.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        assertThat(e).hasMessageStartingWith("nvcc took longer than 500 ms");
        // Far less than the 300 s that it would take, and much for a busy machine.
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(folders()).isEqualTo(before);
        for (String file : List.of("pid", "child")) {
            long pid = Long.parseLong(Files.readString(folder.resolve(file)).strip());
            ProcessHandle.of(pid).ifPresent(process -> {
                process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
                assertThat(process.isAlive()).isFalse();
            });
        }
    }

    @Test
    void aCompilerThatSaysMoreThanAnyoneReadsIsReadToItsEnd(@TempDir Path folder) throws IOException {
        CudaCompiler compiler = script(folder, "head -c 3000000 /dev/zero | tr '\\0' x; exit 1");
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile(ADD, "sm_90a", Duration.ofSeconds(60)));
        assertThat(e.getMessage()).startsWith("xxxx").hasSizeLessThan(CudaCompiler.MAX_LOG_CHARS + 100);
    }

    /** Makes a compiler of a shell script. */
    private static CudaCompiler script(Path folder, String body) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "this system has no /bin/sh");
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path nvcc = Files.writeString(bin.resolve("nvcc"), "#!/bin/sh\n[ \"$1\" = --version ] && echo 'release 99.1,'"
                + " && exit 0\n" + body + "\n");
        Files.setPosixFilePermissions(nvcc, PosixFilePermissions.fromString("rwx------"));
        return nvcc(Map.of("CUDA_HOME", folder.toString(), "PATH", System.getenv("PATH")));
    }

    @Test
    void withoutACompilerItIsMissingWithReasonAndCure(@TempDir Path empty) {
        assertThat(CudaCompiler.findNvcc(new CudaToolkit(Map.of(), empty), Map.of()))
                .isInstanceOfSatisfying(Loaded.Missing.class, missing -> {
                    assertThat(missing.reason()).startsWith("nvcc was looked for in CUDA_HOME");
                    assertThat(missing.cure()).startsWith("install NVIDIA's CUDA toolkit 12 or newer");
                });
    }

    @Test
    void anNvccThatIsBrokenIsMissingToo(@TempDir Path folder) throws IOException {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Files.writeString(bin.resolve("nvcc"), "#!/bin/sh\necho broken\n");
        assumeTrue(bin.resolve("nvcc").toFile().setExecutable(true), "this system has no executable files");
        Map<String, String> environment = Map.of("CUDA_HOME", folder.toString());
        assertThat(CudaCompiler.findNvcc(new CudaToolkit(environment, folder), environment))
                .isInstanceOfSatisfying(Loaded.Missing.class,
                        missing -> assertThat(missing.reason()).contains("says 'broken'"));
    }

    @Test
    void theNewestToolkitIsTakenWhereNoneIsNamed(@TempDir Path local) throws IOException {
        for (String version : List.of("cuda-12.9", "cuda-13.0", "cuda-9.2", "cuda-12.10")) {
            Path nvcc = Files.createDirectories(local.resolve(version).resolve("bin")).resolve("nvcc");
            assumeTrue(Files.writeString(nvcc, "").toFile().setExecutable(true), "this system has no executable files");
        }
        assertThat(new CudaToolkit(Map.of(), local).nvcc()).contains(local.resolve("cuda-13.0/bin/nvcc"));
    }

    @Test
    void theResourcesOfSeveralKernelsAreToldApart() {
        assertThat(PtxasLog.kernels("""
                ptxas info    : 24 bytes gmem, 8 bytes cmem[4]
                ptxas info    : Compiling entry function 'a' for 'sm_90a'
                ptxas info    : Function properties for a
                    16 bytes stack frame, 8 bytes spill stores, 4 bytes spill loads
                ptxas info    : Used 10 registers, used 1 barriers, 256 bytes smem, 380 bytes cmem[0], 20 bytes cmem[2]
                ptxas info    : Function properties for helper
                    99 bytes stack frame, 99 bytes spill stores, 99 bytes spill loads
                ptxas info    : Compiling entry function 'b' for 'sm_90a'
                ptxas info    : Function properties for helper
                    99 bytes stack frame, 99 bytes spill stores, 99 bytes spill loads
                ptxas info    : Function properties for b
                    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
                ptxas info    : Used 255 registers
                """)).containsExactly(new KernelResources("a", 10, 12, 16, 256),
                new KernelResources("b", 255, 0, 0, 0));
    }
}
