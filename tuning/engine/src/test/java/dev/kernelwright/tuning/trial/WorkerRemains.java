package dev.kernelwright.tuning.trial;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Looks for what a worker might leave behind: a process of this one's, or a directory. */
public final class WorkerRemains {
    private WorkerRemains() {}

    /** Asserts that there is nothing. */
    public static void assertNone() throws IOException {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
        List<Path> directories = new ArrayList<>();
        for (String parent : List.of("/dev/shm", System.getProperty("java.io.tmpdir"))) {
            if (Files.isDirectory(Path.of(parent))) {
                try (Stream<Path> files = Files.list(Path.of(parent))) {
                    files.filter(file -> file.getFileName().toString()
                            .startsWith("kernelwright-trial-" + ProcessHandle.current().pid() + "-"))
                            .forEach(directories::add);
                }
            }
        }
        assertThat(directories).isEmpty();
    }
}
