package dev.kernelwright.tck;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A JVM that probes once, in which a provider is to find nothing, and reports what is left afterwards. */
final class ProbeProcess {
    /** What every library may need, and so no sign of what was looked for. */
    private static final Pattern RUNTIME =
            Pattern.compile("(libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\\+\\+)\\.so.*");
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final int LINES = 6;

    private ProbeProcess() {}

    /**
     * What a probe gave and left.
     *
     * @param failure what it threw; empty if nothing
     * @param reason why there is no device; empty if it said that there are some
     * @param cure what to do about it
     * @param threads the names of threads that were not there before
     * @param processes how many processes it left running
     * @param libraries the names of shared libraries that were not loaded before, the JDK's and the C runtime's own aside; none where the
     *        system does not tell
     */
    record Report(String failure, String reason, String cure, List<String> threads, long processes,
            Set<String> libraries) {}

    static Report run(BackendProvider provider, WithoutDevices surroundings) throws IOException, InterruptedException {
        Path report = Files.createTempFile("probe", ".txt");
        try {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(surroundings.jvmOptions());
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                    ProbeProcess.class.getName(), provider.getClass().getName(), report.toString()));
            ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
            builder.environment().putAll(surroundings.environment());
            int code = builder.start().waitFor();
            List<String> lines = Files.readAllLines(report);
            if (code != 0 || lines.size() != LINES) {
                throw new IOException("a process that probes ended with code " + code + " and wrote " + lines);
            }
            return new Report(lines.get(0), lines.get(1), lines.get(2), list(lines.get(3)),
                    Long.parseLong(lines.get(4)), Set.copyOf(list(lines.get(5))));
        } finally {
            Files.delete(report);
        }
    }

    private static List<String> list(String line) {
        return line.isEmpty() ? List.of() : List.of(line.split("\t", -1));
    }

    /** Probes with the provider whose class is named, and writes a line for each part of the report to a file. */
    public static void main(String[] args) throws ReflectiveOperationException, IOException {
        BackendProvider provider = Class.forName(args[0]).asSubclass(BackendProvider.class).getDeclaredConstructor()
                .newInstance();
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        Set<String> libraries = libraries();
        String failure = "";
        String reason = "";
        String cure = "";
        try {
            if (provider.probe() instanceof Probe.Unavailable unavailable) {
                reason = unavailable.reason();
                cure = unavailable.cure();
            }
        } catch (RuntimeException | Error e) {
            failure = e.toString();
        }
        List<String> left = Thread.getAllStackTraces().keySet().stream().filter(thread -> !threads.contains(thread))
                .map(Thread::getName).toList();
        Set<String> loaded = libraries();
        loaded.removeAll(libraries);
        List<String> lines = Stream.of(failure, reason, cure, String.join("\t", left),
                Long.toString(ProcessHandle.current().children().count()), String.join("\t", loaded))
                .map(line -> line.replace('\n', ' ')).toList();
        Files.write(Path.of(args[1]), lines);
    }

    private static Set<String> libraries() throws IOException {
        Set<String> names = new TreeSet<>();
        if (Files.isReadable(MAPS)) {
            String home = System.getProperty("java.home");
            for (String line : Files.readAllLines(MAPS)) {
                int start = line.indexOf('/');
                String path = start < 0 ? "" : line.substring(start);
                String name = path.substring(path.lastIndexOf('/') + 1);
                if (name.contains(".so") && !path.startsWith(home) && !RUNTIME.matcher(name).matches()) {
                    names.add(name);
                }
            }
        }
        return names;
    }
}
