package dev.kernelwright.backend.cuda.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.ffi.CCompiler;
import dev.kernelwright.offline.CompilesOffline;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.Tensor;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

/** How NVRTC's process is started, asked and survived, with a library in NVRTC's place that does as its source says. */
@Timeout(120)
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
        compiler = new CudaCompiler(find(Duration.ofMinutes(10)));
    }

    private static NvrtcCompiler find(Duration idleLimit) throws IOException {
        Map<String, String> environment = Map.of("CUDA_HOME", home.toString(), "LD_LIBRARY_PATH", "/nowhere",
                "SECRET", "secret");
        CudaToolkit toolkit = new CudaToolkit(environment, home);
        return NvrtcCompiler.find(NvrtcCommand.of(toolkit, environment), toolkit.includeFolders(), idleLimit);
    }

    @AfterAll
    static void noProcessIsLeft() {
        if (compiler != null) {
            compiler.close();
            assertThat(processes()).isEmpty();
        }
    }

    private static Stream<ProcessHandle> processes() {
        return ProcessHandle.current().children()
                .filter(child -> child.info().commandLine().orElse("").contains(NvrtcMain.class.getName()));
    }

    private static long pid() throws KernelRejectedException {
        return Long.parseLong(compiler.compile("process", "sm_90a").ptx());
    }

    @Test
    void itIsFoundInTheToolkitThatTheEnvironmentNamesAndNotLoadedHere() throws IOException {
        assertThat(compiler.description()).isEqualTo("NVRTC 12.8");
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps), "this system does not tell what a process has loaded");
        assertThat(Files.readString(maps)).contains("libjvm").doesNotContain("nvrtc");
    }

    @Test
    void itIsGivenTheSourceAndTheOptionsAndItsResultsAreRead() throws KernelRejectedException {
        CudaBinary binary = compiler.compile("int größe;", "sm_90a");
        assertThat(binary.cubin()).containsExactly(0x7f, 'E', 'L', 'F', 0, 1);
        assertThat(binary.ptx()).isEqualTo("// int größe; --gpu-architecture=sm_90a --ptxas-options=-v --std=c++17"
                + " --include-path=" + home.resolve("include") + " --include-path=" + home.resolve("include/cccl"));
        assertThat(binary.kernels()).containsExactly(new KernelResources("k", 9, 0, 0, 0));
    }

    @Test
    void oneProcessServesOneCompilationAfterTheOther() throws KernelRejectedException {
        long pid = pid();
        assertThatThrownBy(() -> compiler.compile("error", "sm_90a")).isInstanceOf(KernelRejectedException.class);
        assertThat(pid()).isEqualTo(pid);
        assertThat(processes().map(ProcessHandle::pid)).contains(pid);
    }

    /** HotSpot's library for the chaining of signals is not the application's. */
    @Test
    void itsEnvironmentIsWhatItNeeds() throws KernelRejectedException {
        assertThat(compiler.compile("environment", "sm_90a").ptx().lines())
                .contains("LD_LIBRARY_PATH=/nowhere")
                .allSatisfy(line -> assertThat(line).matches("LD_LIBRARY_PATH=/nowhere|LD_PRELOAD=.*/libjsig\\.so"));
    }

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
    void theLogIsBounded() {
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile("warn", "sm_90a"));
        assertThat(e.getMessage()).startsWith("xxxx").endsWith("more characters)")
                .hasSizeLessThan(CudaCompiler.MAX_LOG_CHARS + 100);
    }

    @Test
    void anArchitectureThatItDoesNotKnowIsAMistakeOfTheCaller() {
        assertThatThrownBy(() -> compiler.compile("int a;", "sm_99")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sm_99 was asked for, which NVRTC 12.8 does not know");
    }

    @Test
    void aCompilationThatDoesNotEndEndsItsProcessAtTheTimeLimit() throws KernelRejectedException {
        long pid = pid();
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile("slow", "sm_90a", Duration.ofMillis(300)));
        assertThat(e.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        assertThat(e).hasMessageStartingWith("NVRTC 12.8 took longer than 300 ms");
        assertThat(processes().map(ProcessHandle::pid)).doesNotContain(pid);
        assertThat(pid()).isNotEqualTo(pid);
    }

    @Test
    void aCrashIsAVerdictAndCostsTheProcessAlone() throws KernelRejectedException {
        long pid = pid();
        KernelRejectedException e = catchThrowableOfType(KernelRejectedException.class,
                () -> compiler.compile("crash", "sm_90a"));
        assertThat(e.reason()).isEqualTo(ReasonCode.COMPILE_ERROR);
        assertThat(e.getMessage())
                .matches("NVRTC 12\\.8 was given this source twice, and its process crashed with exit code"
                        + " \\d+: write the source in another way");
        assertThat(pid()).isNotEqualTo(pid);
    }

    /** A crash need not be the source's fault, and a baseline is compiled but once. */
    @Test
    void aSourceIsTriedAgainAfterACrash(@TempDir Path folder) throws KernelRejectedException {
        String source = "crash unless there is " + folder.resolve("crashed");
        assertThat(compiler.compile(source, "sm_90a").ptx()).startsWith("// " + source);
    }

    @Test
    void whatALibraryPrintsIsNoAnswer() throws KernelRejectedException {
        assertThatThrownBy(() -> compiler.compile("print", "sm_90a")).isInstanceOf(KernelRejectedException.class)
                .hasMessageContaining("its process said something that is no answer");
        assertThat(compiler.compile("int a;", "sm_90a").kernels()).hasSize(1);
    }

    @Test
    void aProcessWithoutWorkEnds() throws IOException, KernelRejectedException {
        try (NvrtcCompiler hasty = find(Duration.ofMillis(1))) {
            long pid = Long.parseLong(hasty.compile("process", "sm_90a", Duration.ofMinutes(1)).ptx());
            ProcessHandle.of(pid).ifPresent(process -> process.onExit().orTimeout(60, TimeUnit.SECONDS).join());
            assertThat(ProcessHandle.of(pid)).isEmpty();
        }
    }

    /** What {@link #itEndsWithAnApplicationThatIsKilled} runs: prints the process's number, then compiles forever. */
    static final class CompilesForever {
        public static void main(String[] arguments) throws KernelRejectedException {
            home = Path.of(arguments[0]);
            try {
                NvrtcCompiler found = find(Duration.ofMinutes(10));
                System.out.println(found.compile("process", "sm_90a", Duration.ofMinutes(1)).ptx());
                found.compile("slow", "sm_90a", Duration.ofMinutes(5));
            } catch (IOException e) {
                System.out.println(e);
            }
        }
    }

    @Test
    void itEndsWithAnApplicationThatIsKilled() throws IOException, InterruptedException {
        Process application = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), CompilesForever.class.getName(), home.toString())
                .redirectErrorStream(true).start();
        try (BufferedReader said = new BufferedReader(
                new InputStreamReader(application.getInputStream(), StandardCharsets.UTF_8))) {
            ProcessHandle process = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
            application.destroyForcibly().waitFor();
            process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
            assertThat(process.isAlive()).isFalse();
        } finally {
            application.destroyForcibly();
        }
    }

    @Test
    void itIsStartedFromAModulePathToo() throws IOException, InterruptedException {
        String modules = Stream.of(Tensor.class, CudaCompiler.class, Logger.class).map(NvrtcCompilerTest::location)
                .collect(Collectors.joining(File.pathSeparator));
        ProcessBuilder application = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-p", modules, "--add-modules",
                "dev.kernelwright.backend.cuda", "-cp", location(CompilesOffline.class),
                CompilesOffline.class.getName(),
                "sm_90a");
        application.environment().put("CUDA_HOME", home.toString());
        assertThat(CCompiler.run(application))
                .contains("module dev.kernelwright.backend.cuda compiles with NVRTC 12.8");
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aProcessThatDoesNotStartIsNoCompiler() {
        assertThatThrownBy(() -> start("/no/such/java")).isInstanceOf(IOException.class)
                .hasMessageContaining("/no/such/java");
        assertThatThrownBy(() -> start("/bin/sh", "-c", "echo 'no such class' >&2; exit 3"))
                .isInstanceOf(IOException.class)
                .hasMessage("the process of NVRTC ended with exit code 3 and said: no such class");
        assertThatThrownBy(() -> start("/bin/sh", "-c", "echo 'I am a shell'"))
                .isInstanceOf(IOException.class)
                .hasMessage("the process of NVRTC said something that is no answer");
    }

    @Test
    void withoutALibraryItIsMissingAndSaysWhatWasLookedFor(@TempDir Path empty) throws IOException {
        CudaToolkit none = new CudaToolkit(Map.of(), empty);
        assumeTrue(none.libraryFolders().isEmpty(), "this system has a toolkit in an unusual place");
        assertThatThrownBy(() -> NvrtcCompiler.find(NvrtcCommand.of(none, Map.of()), List.of()))
                .isInstanceOf(IOException.class).hasMessageContaining("NVRTC was looked for as libnvrtc.so.13");
    }

    private static void start(String... line) throws IOException {
        NvrtcCompiler.find(new NvrtcCommand(List.of(line), Map.of()), List.of()).close();
    }
}
