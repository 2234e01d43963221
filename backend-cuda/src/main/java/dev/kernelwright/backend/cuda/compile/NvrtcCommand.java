package dev.kernelwright.backend.cuda.compile;

import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The command that starts a process of {@link NvrtcMain}, and its whole environment.
 *
 * @param line the command and its arguments
 * @param environment the variables that it gets
 */
record NvrtcCommand(List<String> line, Map<String, String> environment) {
    /** Those that say where libraries are; among the provider's, so that a trial worker has them too. */
    private static final List<String> VARIABLES = CudaToolkit.WINDOWS
            ? List.of("PATH", "SystemRoot")
            : List.of("LD_LIBRARY_PATH");
    /** Keeps HotSpot's signal handlers where a library puts its own in their place. */
    private static final Path SIGNAL_CHAINING = Path.of("lib", "libjsig.so");

    /** Copies the lists. */
    NvrtcCommand {
        line = List.copyOf(line);
        environment = Map.copyOf(environment);
    }

    /**
     * Returns the command that looks for NVRTC in a toolkit.
     *
     * @throws IOException if there is no java to run, or this library is where another JVM cannot find it
     */
    static NvrtcCommand of(CudaToolkit toolkit, Map<String, String> environment) throws IOException {
        Path home = Path.of(System.getProperty("java.home"));
        List<String> line = new ArrayList<>(List.of(java(home)));
        // Small, quick to start, and silent on the stream of answers; if it crashes, nothing is left behind.
        line.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto",
                "-XX:+ExitOnOutOfMemoryError", "-XX:-UsePerfData", "-XX:+DisableAttachMechanism",
                "-XX:-CreateCoredumpOnCrash", "-XX:+SuppressFatalErrorMessage", "-XX:+DisplayVMOutputToStderr",
                "-Xlog:disable", "-Xlog:all=warning:stderr"));
        String main = NvrtcMain.class.getName();
        String module = String.valueOf(NvrtcMain.class.getModule().getName());
        if (ModuleFinder.ofSystem().find(module).isPresent()) {
            line.addAll(List.of("--enable-native-access=" + module, "-m", module + "/" + main));
        } else {
            line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", location().toString(), main));
        }
        toolkit.libraryFolders().forEach(folder -> line.add(folder.toString()));
        Map<String, String> kept = new HashMap<>(environment);
        kept.keySet().retainAll(VARIABLES);
        Path chaining = home.resolve(SIGNAL_CHAINING);
        if (Files.isRegularFile(chaining)) {
            kept.put("LD_PRELOAD", chaining.toString());
        }
        return new NvrtcCommand(line, kept);
    }

    private static String java(Path home) throws IOException {
        Path java = home.resolve("bin").resolve(CudaToolkit.WINDOWS ? "java.exe" : "java");
        if (!Files.isExecutable(java)) {
            throw new IOException("NVRTC runs in a process of its own, but there is no java in " + java.getParent()
                    + ": use a run-time image that has one (jlink without --no-commands)");
        }
        return java.toString();
    }

    /** Returns the jar or the folder that this library is in, be it on the class path or the module path. */
    private static Path location() throws IOException {
        CodeSource source = NvrtcMain.class.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        try {
            if (location != null && "file".equals(location.getProtocol())) {
                return Path.of(location.toURI());
            }
        } catch (URISyntaxException e) {
            // No path of a file, as below.
        }
        throw new IOException("NVRTC runs in a process of its own, but this library was loaded from " + location
                + ": put it into a jar file or a folder of its own");
    }

    /** Starts a process. */
    Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }
}
