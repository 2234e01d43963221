package dev.kernelwright.tuning.fake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;
import java.util.stream.Stream;

/** What a kernel finds around it on Linux. */
public final class Surroundings {
    private Surroundings() {}

    /** Returns the file that the test has made for a process to look for, by the process id of the test. */
    public static Path canary(long pid) {
        return Path.of("/tmp/kernelwright-canary-" + pid);
    }

    static String describe() {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        for (String kind : new String[]{"net", "pid", "ipc", "uts", "mnt"}) {
            text.add("namespace " + namespace(kind));
        }
        // The directory is named kernelwright-trial-PID-NUMBER.
        long parent = Long.parseLong(Path.of("").toAbsolutePath().getFileName().toString().split("-", -1)[2]);
        text.add("sees its parent: " + Files.exists(Path.of("/proc/" + parent + "/cmdline")));
        text.add("reads a file of the user's: " + Files.isReadable(canary(parent)));
        text.add("reads the users: " + Files.isReadable(Path.of("/etc/passwd")));
        text.add("writes to /tmp: " + writes(Path.of("/tmp")));
        text.add("writes to /: " + writes(Path.of("/")));
        text.add("writes to its directory: " + writes(Path.of("")));
        text.add(line("/proc/self/status", "CapEff:"));
        text.add(line("/proc/self/status", "NoNewPrivs:"));
        text.add(line("/proc/self/limits", "Max core file size"));
        text.add(line("/proc/self/limits", "Max file size"));
        text.add(line("/proc/self/limits", "Max open files"));
        text.add("dies first: " + line("/proc/self/oom_score_adj", ""));
        return text.toString();
    }

    /** Returns the namespace of this process of a kind, such as {@code net:[4026531840]}. */
    public static String namespace(String kind) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/ns/" + kind)).toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean writes(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, "kernelwright-written", ""));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String line(String file, String beginning) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(beginning)).findFirst().orElse("no " + beginning)
                    .replaceAll("\\s+", " ");
        } catch (IOException e) {
            return e.toString();
        }
    }
}
