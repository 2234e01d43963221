package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.spi.KernelRejectedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * nvcc as a compiler: a process in a temporary folder, which is stopped at its time limit and leaves nothing behind.
 *
 * <p>It gets the variables of the environment that it needs and no others: some could give it options, or make the host
 * compiler, which it uses as its preprocessor, read other headers.
 */
final class NvccCompiler implements SourceCompiler {
    private static final int MAX_FILE_BYTES = 64 * 1024 * 1024;
    private static final int MAX_LOG_BYTES = 4 * CudaCompiler.MAX_LOG_CHARS;
    private static final List<String> VARIABLES = CudaToolkit.WINDOWS
            ? List.of("PATH", "SystemRoot", "INCLUDE", "LIB", "VCINSTALLDIR", "VCToolsInstallDir", "WindowsSdkDir")
            : List.of("PATH");
    private static final Pattern RELEASE = Pattern.compile("release (\\d+\\.\\d+)");

    private final Path nvcc;
    private final Map<String, String> environment;
    private final String version;

    private record Ended(int status, String log) {}

    /**
     * Creates one, which runs nvcc once to learn its version.
     *
     * @throws UncheckedIOException if it cannot be run
     * @throws IllegalStateException if it does not answer as nvcc does
     */
    NvccCompiler(Path nvcc, Map<String, String> environment) {
        this.nvcc = nvcc;
        this.environment = environment;
        Path folder = createFolder();
        try {
            String said = run(folder, List.of(nvcc.toString(), "--version"), Duration.ofSeconds(20)).log();
            Matcher release = RELEASE.matcher(said);
            if (!release.find()) {
                throw new IllegalStateException(nvcc + " does not tell its version but says '" + said.strip() + "'");
            }
            version = release.group(1);
        } catch (KernelRejectedException e) {
            throw new IllegalStateException(nvcc + " does not tell its version within 20 s", e);
        } finally {
            delete(folder);
        }
    }

    @Override
    public String description() {
        return "nvcc " + version;
    }

    @Override
    public Output compile(String source, String architecture, Duration timeLimit) throws KernelRejectedException {
        Path folder = createFolder();
        try {
            Files.writeString(folder.resolve("kernel.cu"), source.replaceAll("[\\ud800-\\udfff]", "?"));
            String virtual = architecture.replace("sm_", "compute_");
            // --keep, since it is the way to have the PTX too without a second run.
            Ended ended = run(folder, List.of(nvcc.toString(), "-cubin",
                    "-gencode=arch=" + virtual + ",code=" + architecture, "-Xptxas", "-v", "-std=c++17", "--keep",
                    "--keep-dir", ".", "-o", "kernel.cubin", "kernel.cu"), timeLimit);
            if (ended.log().contains("Unsupported gpu architecture")) {
                throw CudaCompiler.unknownArchitecture(description(), architecture);
            }
            if (ended.status() != 0) {
                return new Output(null, "", ended.log());
            }
            return new Output(read(folder.resolve("kernel.cubin")),
                    new String(read(folder.resolve("kernel.ptx")), StandardCharsets.UTF_8), ended.log());
        } catch (IOException e) {
            throw new UncheckedIOException("the files of " + description() + " in " + folder
                    + " cannot be written or read: look whether the disk is full", e);
        } finally {
            delete(folder);
        }
    }

    /** Nothing of it outlives a compilation. */
    @Override
    public void close() {}

    private static byte[] read(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file.getFileName() + " has " + Files.size(file) + " bytes: at most " + MAX_FILE_BYTES
                    + " are read");
        }
        return Files.readAllBytes(file);
    }

    private Ended run(Path folder, List<String> command, Duration timeLimit) throws KernelRejectedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        for (String variable : VARIABLES) {
            String value = environment.get(variable);
            if (value != null) {
                builder.environment().put(variable, value);
            }
        }
        // The second for Windows.
        builder.environment().put("TMPDIR", folder.toString());
        builder.environment().put("TEMP", folder.toString());
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(nvcc + " cannot be run: look whether it is executable", e);
        }
        ProcessOutput said = new ProcessOutput(process.getInputStream(), MAX_LOG_BYTES);
        try {
            if (!process.waitFor(timeLimit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw CudaCompiler.tookTooLong(nvcc.getFileName().toString(), timeLimit);
            }
            return new Ended(process.exitValue(), CudaCompiler.bounded(said.text()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the thread was interrupted while it waited for " + nvcc, e);
        } finally {
            stop(process.toHandle());
        }
    }

    /** Ends a process and those that it runs, which would go on without it, and waits until they write no more. */
    private static void stop(ProcessHandle process) {
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process)).toList();
        all.forEach(ProcessHandle::destroyForcibly);
        all.forEach(ended -> ended.onExit().completeOnTimeout(ended, 5, TimeUnit.SECONDS).join());
    }

    /** Absolute, since java.io.tmpdir need not be, as in a trial worker, and the folder is named to a process in it. */
    private static Path createFolder() {
        try {
            return Files.createTempDirectory("kernelwright-nvcc-").toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary folder for nvcc cannot be made: look whether the disk is full",
                    e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // A process that was stopped may still be deleting its own files; the system clears what is left.
        }
    }
}
