package dev.kernelwright.tuning.isolation;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Puts a command line into another one that starts it with an {@link Isolation}, by prlimit and bubblewrap.
 *
 * <p>Limits of memory, processes and processor time are not among those set, since they would be unsound: a JVM and a
 * GPU's driver reserve far more addresses than they use, processes are counted for a user and not for a worker, and a
 * worker's time has its deadlines.
 */
public final class Sandbox {
    /** Room for what a driver caches and for a crash report; tensors are in a file that the parent makes. */
    private static final long MAX_FILE_BYTES = 256L << 20;
    private static final int MAX_OPEN_FILES = 1024;
    private static final long PROBE_SECONDS = 20;
    /** Links to below /usr on most systems of today, folders on others. */
    private static final List<String> PLATFORM_FOLDERS = List.of("/bin", "/sbin", "/lib", "/lib32", "/lib64");
    /** Of /etc only what loading a library needs: the rest is not a worker's business. */
    private static final List<String> PLATFORM_FILES = List.of("/usr", "/sys", "/etc/ld.so.cache", "/etc/ld.so.conf",
            "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime");
    private static final List<String> DRIVER_FILES =
            List.of("/opt", "/etc/OpenCL", "/etc/nvidia", "/run/opengl-driver");

    private Sandbox() {}

    /**
     * What can be had on this machine.
     *
     * @param level the highest level that a process was really started with
     * @param whyNotMore why the next level cannot be had, in half a sentence; empty for the highest
     */
    public record Available(Isolation level, String whyNotMore) {}

    /** Tried once in a process, when it is first asked for. */
    private static final class Probed {
        static final Available AVAILABLE = probe();
    }

    /** Returns what can be had here; the first call starts a process or two. */
    public static Available available() {
        return Probed.AVAILABLE;
    }

    /**
     * Returns what can be had here if that is no less than is wanted.
     *
     * @throws IOException if it is less; with the reason and the cure
     */
    public static Available require(Isolation wanted) throws IOException {
        Available available = available();
        if (available.level.compareTo(wanted) < 0) {
            throw new IOException("a trial worker with the isolation '" + wanted + "' was required, but only '"
                    + available.level + "' can be had here (" + available.whyNotMore
                    + "): install bubblewrap and allow user namespaces, or require less with -D" + Isolation.PROPERTY);
        }
        return available;
    }

    /**
     * What a command is to be started with.
     *
     * @param level how far it is kept from the rest of the machine
     * @param directory its working directory, the one folder it may write to
     * @param readable the files and folders it is made of
     * @param devices whether it needs the nodes and drivers of accelerators
     */
    public record Request(Isolation level, Path directory, Collection<Path> readable, boolean devices) {
        /** Copies the paths. */
        public Request {
            readable = List.copyOf(readable);
        }
    }

    /**
     * Returns the command line that starts another one as requested.
     *
     * @throws IOException if a program that this takes is not on the path
     */
    public static List<String> wrap(Request request, List<String> command) throws IOException {
        List<String> wrapped = new ArrayList<>();
        if (request.level.compareTo(Isolation.LIMITS) >= 0) {
            wrapped.addAll(List.of(find("prlimit"), "--core=0", "--fsize=" + MAX_FILE_BYTES,
                    "--nofile=" + MAX_OPEN_FILES));
        }
        if (request.level == Isolation.NAMESPACES) {
            namespaces(request, wrapped);
        }
        wrapped.addAll(command);
        return wrapped;
    }

    private static void namespaces(Request request, List<String> command) throws IOException {
        command.addAll(List.of(find("bwrap"), "--unshare-user-try", "--unshare-pid", "--unshare-ipc", "--unshare-uts",
                "--unshare-net", "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
                "--hostname", "trial"));
        for (String folder : PLATFORM_FOLDERS) {
            Path path = Path.of(folder);
            if (Files.isSymbolicLink(path)) {
                command.addAll(List.of("--symlink", Files.readSymbolicLink(path).toString(), folder));
            } else {
                readable(path, command);
            }
        }
        PLATFORM_FILES.forEach(file -> readable(Path.of(file), command));
        // Where a distribution keeps a JDK's settings.
        for (Path settings : list(Path.of("/etc"), "java*")) {
            readable(settings, command);
        }
        command.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        if (request.devices) {
            DRIVER_FILES.forEach(file -> readable(Path.of(file), command));
            for (Path node : list(Path.of("/dev"), "{nvidia*,dri,kfd,dxg}")) {
                command.addAll(List.of("--dev-bind", node.toString(), node.toString()));
            }
        }
        request.readable.forEach(path -> readable(path, command));
        String directory = request.directory.toString();
        command.addAll(List.of("--bind", directory, directory, "--remount-ro", "/", "--chdir", directory, "--"));
    }

    private static void readable(Path path, List<String> command) {
        if (Files.exists(path)) {
            command.addAll(List.of("--ro-bind", path.toString(), path.toString()));
        }
    }

    private static List<Path> list(Path folder, String pattern) throws IOException {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
            entries.forEach(found::add);
        }
        return found;
    }

    /** Finds a program on the path. */
    private static String find(String program) throws IOException {
        for (String folder : Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator, -1)) {
            Path path = Path.of(folder, program);
            if (!folder.isEmpty() && Files.isExecutable(path)) {
                return path.toString();
            }
        }
        throw new IOException(program + " is not on the PATH");
    }

    private static Available probe() {
        Isolation reached = Isolation.NONE;
        for (Isolation level : List.of(Isolation.LIMITS, Isolation.NAMESPACES)) {
            try {
                start(level);
                reached = level;
            } catch (IOException e) {
                return new Available(reached, String.valueOf(e.getMessage()));
            }
        }
        return new Available(reached, "");
    }

    /** Starts a JVM with a level, and sees it end well. */
    private static void start(Isolation level) throws IOException {
        Path directory = Files.createTempDirectory("kernelwright-isolation-" + ProcessHandle.current().pid() + "-");
        Path output = directory.resolve("output");
        try {
            Path java = Path.of(System.getProperty("java.home"));
            List<String> command = wrap(new Request(level, directory, List.of(java), false),
                    List.of(java.resolve("bin/java").toString(), "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
                            "-Xmx32m", "-version"));
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            // As a worker, which this stands for: nothing of what the application was told by its environment.
            builder.environment().keySet().retainAll(Set.of("PATH"));
            Process process = builder.start();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException("a process does not end within " + PROBE_SECONDS + " s");
            }
            if (process.exitValue() != 0) {
                throw new IOException(firstLine(output, "a process ends with code " + process.exitValue()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the attempt was interrupted", e);
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(directory);
        }
    }

    private static String firstLine(Path output, String otherwise) throws IOException {
        String said;
        try (InputStream in = Files.newInputStream(output)) {
            said = new String(in.readNBytes(200), StandardCharsets.UTF_8);
        }
        return said.isBlank() ? otherwise : said.strip().lines().findFirst().orElse(otherwise);
    }
}
