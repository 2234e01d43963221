package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.tensor.MemorySpace;
import dev.kernelwright.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The command line of a trial worker, and what it needs.
 *
 * <p>The class path is made of where the classes that the child needs were loaded from, and nothing else: it has none
 * of the application's classes, and it is the same whether this JVM runs from a class path, a module path or a run-time
 * image.
 *
 * @param line the command and its arguments
 * @param variables the environment variables that it keeps
 * @param readable the files and folders that it reads
 * @param devices whether it uses an accelerator
 */
record WorkerCommand(List<String> line, Set<String> variables, Set<Path> readable, boolean devices) {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /**
     * Returns the command for a backend's device.
     *
     * @throws IOException if there is no java to run, or the backend cannot be opened again
     */
    static WorkerCommand of(WorkerLimits limits, Backend backend) throws IOException {
        return of(limits, backend, TrialWorkerMain.class, List.of());
    }

    /** Returns the command for one run of a kernel on a backend's kind of device under an instrument. */
    static WorkerCommand under(Instrument instrument, WorkerLimits limits, Backend backend) throws IOException {
        WorkerCommand command = of(limits, backend, InstrumentedRunMain.class,
                List.of("-D" + Instrument.PROPERTY + "=true"));
        List<String> line = new ArrayList<>(instrument.command());
        line.addAll(command.line());
        return new WorkerCommand(line, command.variables(), command.readable(), command.devices());
    }

    private static WorkerCommand of(WorkerLimits limits, Backend backend, Class<?> main, List<String> properties)
            throws IOException {
        BackendProvider provider = provider(backend);
        List<String> command = new ArrayList<>();
        command.add(javaExecutable());
        // The interpreter and C2 alone. C1's tiers are in the way: a method that C1 gives up on at tier 3 may stay at
        // tier 2 for good, and is then timed at a fiftieth of its speed. C2 compiles while the kernel waits, so that a
        // kernel that is still interpreted is never taken for one that has settled.
        command.addAll(List.of("-XX:-TieredCompilation", "-Xbatch"));
        command.addAll(List.of("-Xmx" + limits.heapMebibytes() + "m", "-XX:+UseSerialGC", "-Xshare:auto"));
        command.add("-XX:+ExitOnOutOfMemoryError");
        // Nothing is left behind outside the directory, and nobody can attach.
        command.addAll(List.of("-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-XX:+DisableAttachMechanism",
                "-Djava.io.tmpdir=."));
        command.addAll(properties);
        if (ModuleFinder.ofSystem().find(VECTOR_MODULE).isPresent()) {
            command.addAll(List.of("--add-modules", VECTOR_MODULE));
        }
        Module own = main.getModule();
        boolean inImage = ModuleFinder.ofSystem().find(String.valueOf(own.getName())).isPresent();
        command.add("--enable-native-access=ALL-UNNAMED" + (inImage ? "," + own.getName() : ""));
        Set<Path> classPath = locations(List.of(Tensor.class, main, Logger.class, provider.getClass(),
                backend.getClass()));
        if (!classPath.isEmpty()) {
            command.addAll(List.of("-cp",
                    classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))));
        }
        if (inImage) {
            command.addAll(List.of("-m", own.getName() + "/" + main.getName()));
        } else {
            command.add(main.getName());
        }
        Set<String> variables = new HashSet<>(provider.environmentVariables());
        Set<Path> readable = new LinkedHashSet<>(classPath);
        readable.add(Path.of(System.getProperty("java.home")));
        variables.forEach(name -> readable.addAll(paths(System.getenv(name))));
        // Some drivers run a compiler or a linker when they load a kernel.
        variables.add("PATH");
        return new WorkerCommand(command, variables, readable, backend.memorySpace() != MemorySpace.HOST);
    }

    /** Returns what is a path in a variable, such as one that says where a driver's libraries are. */
    private static List<Path> paths(@Nullable String value) {
        return value == null
                ? List.of()
                : Arrays.stream(value.split(File.pathSeparator, -1)).filter(part -> part.startsWith("/")).map(Path::of)
                        .toList();
    }

    /** Finds the provider by the part of the device's name before the colon, as the child will. */
    static BackendProvider provider(Backend backend) throws IOException {
        String wanted = providerName(backend.device().name());
        for (BackendProvider provider : ServiceLoader.load(BackendProvider.class,
                backend.getClass().getClassLoader())) {
            if (provider.name().equals(wanted)) {
                return provider;
            }
        }
        throw new IOException("the device " + backend.device().name() + " was to be opened in a trial worker, but no "
                + "BackendProvider is called '" + wanted + "': name it in META-INF/services/"
                + BackendProvider.class.getName());
    }

    /** Returns the name of a device's provider, {@code cuda} of {@code cuda:1}. */
    static String providerName(String device) {
        int colon = device.indexOf(':');
        return colon < 0 ? device : device.substring(0, colon);
    }

    /** Returns a device's index, 1 of {@code cuda:1}; 0 if the name has none. */
    static int deviceIndex(String device) {
        int colon = device.indexOf(':');
        return colon < 0 ? 0 : Integer.parseInt(device.substring(colon + 1));
    }

    private static String javaExecutable() throws IOException {
        Path bin = Path.of(System.getProperty("java.home"), "bin");
        for (String name : List.of("java", "java.exe")) {
            if (Files.isExecutable(bin.resolve(name))) {
                return bin.resolve(name).toString();
            }
        }
        throw new IOException("a trial worker was to be started, but there is no java in " + bin
                + ": use a run-time image that has one (jlink without --no-commands)");
    }

    private static Set<Path> locations(List<Class<?>> classes) throws IOException {
        Set<Path> locations = new LinkedHashSet<>();
        for (Class<?> type : classes) {
            for (URI location : locations(type)) {
                // What is in the run-time image itself needs no mention: the child runs from the same one.
                if (!"jrt".equals(location.getScheme())) {
                    if (!"file".equals(location.getScheme())) {
                        throw new IOException("a trial worker needs " + type.getName() + ", but it was loaded from "
                                + location + ": put it into a jar file or a folder of its own");
                    }
                    locations.add(Path.of(location));
                }
            }
        }
        return locations;
    }

    /** Returns where the class is and, if it is in a named module, the modules which that reads. */
    private static Set<URI> locations(Class<?> type) throws IOException {
        Module module = type.getModule();
        if (module.isNamed() && module.getLayer() != null) {
            return locations(module.getLayer().configuration().findModule(module.getName()).orElseThrow());
        }
        CodeSource source = type.getProtectionDomain().getCodeSource();
        try {
            return source == null || source.getLocation() == null ? Set.of() : Set.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("a trial worker needs " + type.getName() + ", but it was loaded from "
                    + source.getLocation() + ", which is no path of a file", e);
        }
    }

    private static Set<URI> locations(ResolvedModule root) {
        Set<ResolvedModule> seen = new HashSet<>(Set.of(root));
        Deque<ResolvedModule> pending = new ArrayDeque<>(seen);
        Set<URI> locations = new LinkedHashSet<>();
        while (!pending.isEmpty()) {
            ResolvedModule module = pending.remove();
            module.reference().location().ifPresent(locations::add);
            module.reads().stream().filter(seen::add).forEach(pending::add);
        }
        return locations;
    }
}
