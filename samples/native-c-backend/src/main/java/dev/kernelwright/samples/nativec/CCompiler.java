package dev.kernelwright.samples.nativec;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The system's C compiler: each run is a process with limits, in a folder of its own that goes with it. */
final class CCompiler {
    /** Seconds of processor time, KiB of memory and half KiB of a file: what cc, and whatever it runs, may take. */
    private static final String LIMITED = "ulimit -t 10 && ulimit -v 2097152 && ulimit -f 131072 && exec cc \"$@\"";
    private static final long MAX_WAIT_SECONDS = 300;
    private static final int MAX_LOG_CHARS = 64 * 1024;
    /**
     * A kernel is linked with libm and {@code memory.c} alone, so the linker finds what reaches further; and
     * {@code rules.ld} has it refuse variables that outlive a call and functions that run when the kernel is loaded.
     */
    private static final List<String> OPTIONS = List.of(("-O3 -march=native -shared -fPIC -fno-math-errno"
            + " -fno-trapping-math -fno-strict-aliasing -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib"
            + " -Wl,-Bsymbolic,-z,defs,-z,now,-z,noexecstack -o kernel.so kernel.c memory.c rules.ld -lm")
            .split(" ", -1));
    private static final Pattern UNLINKABLE = Pattern.compile("undefined (reference|symbol)|a kernel (keeps|runs)");
    private static final Pattern FEATURE =
            Pattern.compile("(?m)^#define __((?:SSE4|AVX|BMI|FMA|F16C|ARM_FEATURE|ARM_NEON)\\w*?)_* ");

    private final String searchPath;
    /** What cc says of itself, which changes with every release of it. */
    final String version;
    /** What the compiler emits for this processor: names of extensions in alphabetical order. */
    final String features;

    /** What a run ended with; {@code library} is empty if it made none. */
    @SuppressWarnings("ArrayRecordComponent")
    record Ended(int status, String log, byte[] library) {}

    /**
     * Looks for {@code cc} in the folders of a search path, and asks what it is and what it takes the processor for.
     *
     * @throws IOException if there is none, or it does not answer
     */
    CCompiler(String searchPath) throws IOException {
        // Before anything is run, which would leave a thread of the JDK's behind.
        if (Stream.of(searchPath.split(":", -1)).noneMatch(folder -> Files.isExecutable(Path.of(folder, "cc")))) {
            throw new IOException("'cc' is not in " + searchPath);
        }
        this.searchPath = searchPath;
        this.version = ask("--version").lines().findFirst().orElse("");
        this.features = FEATURE.matcher(ask("-march=native", "-dM", "-E", "-x", "c", "/dev/null")).results()
                .map(match -> match.group(1).toLowerCase(Locale.ROOT)).sorted().collect(Collectors.joining(" "));
    }

    /**
     * Compiles a source to a shared library.
     *
     * @throws KernelRejectedException with the compiler's or linker's whole log
     */
    Ended compile(String source) throws KernelRejectedException {
        Map<String, String> files = Map.of("kernel.c", source, "memory.c", NativeCBackend.resource("memory.c").get(),
                "rules.ld", NativeCBackend.resource("rules.ld").get());
        try {
            Ended ended = run(files, OPTIONS);
            if (ended.status != 0) {
                boolean linker = UNLINKABLE.matcher(ended.log).find();
                throw new KernelRejectedException(linker ? ReasonCode.FORBIDDEN_MEMBER : ReasonCode.COMPILE_ERROR,
                        (linker ? "the kernel uses what it is not given, or keeps state:\n" : "") + ended.log);
            }
            return ended;
        } catch (IOException e) {
            throw new UncheckedIOException("cc could not be run in " + System.getProperty("java.io.tmpdir")
                    + ": look whether the disk is full", e);
        }
    }

    private String ask(String... question) throws IOException {
        Ended ended = run(Map.of(), List.of(question));
        if (ended.status != 0) {
            throw new IOException("'cc " + String.join(" ", question) + "' says '" + ended.log.strip() + "'");
        }
        return ended.log;
    }

    private Ended run(Map<String, String> files, List<String> arguments) throws IOException {
        Path folder = newFolder();
        try {
            for (Map.Entry<String, String> file : files.entrySet()) {
                Files.write(folder.resolve(file.getKey()), file.getValue().getBytes(StandardCharsets.UTF_8));
            }
            List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", LIMITED, "cc"));
            command.addAll(arguments);
            Path said = folder.resolve("log");
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true)
                    .redirectOutput(said.toFile());
            builder.environment().clear();
            builder.environment().putAll(Map.of("PATH", searchPath, "TMPDIR", folder.toString()));
            Process process = builder.start();
            process.getOutputStream().close();
            process.onExit().completeOnTimeout(process, MAX_WAIT_SECONDS, TimeUnit.SECONDS).join();
            boolean ended = !process.isAlive();
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            String log = new String(Files.readAllBytes(said), StandardCharsets.UTF_8);
            Path library = folder.resolve("kernel.so");
            return new Ended(ended ? process.exitValue() : -1, log.substring(0, Math.min(log.length(), MAX_LOG_CHARS)),
                    Files.exists(library) ? Files.readAllBytes(library) : new byte[0]);
        } finally {
            delete(folder);
        }
    }

    /** Makes a folder that only this user sees; the system's own may be named by a relative path. */
    static Path newFolder() throws IOException {
        return Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath(),
                "kernelwright-c-");
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
