package dev.kernelwright.tuning.trial;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fresh directory for one worker: readable by its owner only, named after the parent's process, and in memory where
 * that is possible.
 */
final class WorkerDirectory {
    private static final String PREFIX = "kernelwright-trial-" + ProcessHandle.current().pid() + "-";
    /** Room for the socket, the nonce and a crash report of the JVM. */
    private static final long RESERVE_BYTES = 16L << 20;

    private WorkerDirectory() {}

    /**
     * Creates a directory where there is room.
     *
     * @param bytes how much will be written there
     * @throws IOException if there is room nowhere
     */
    static Path create(long bytes) throws IOException {
        List<String> tried = new ArrayList<>();
        // Linux keeps files there in memory. In a container it is often 64 MiB small.
        for (Path parent : List.of(Path.of("/dev/shm"), Path.of(System.getProperty("java.io.tmpdir")))) {
            if (Files.isDirectory(parent) && Files.isWritable(parent)) {
                long usable = Files.getFileStore(parent).getUsableSpace();
                if (usable >= bytes + RESERVE_BYTES) {
                    return Files.createTempDirectory(parent, PREFIX);
                }
                tried.add(parent + " with " + (usable >> 20) + " MiB");
            }
        }
        throw new IOException("a trial worker needs " + ((bytes + RESERVE_BYTES) >> 20) + " MiB for its files, but"
                + " found only " + (tried.isEmpty() ? "no writable directory" : String.join(" and ", tried))
                + ": make room there, or set -Djava.io.tmpdir to a directory that has it");
    }

    /** Deletes the directory and what is in it, as far as that is possible. */
    static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            // Both sides delete it, so that it goes whoever dies first; the other one then finds it gone or half gone.
        }
    }
}
