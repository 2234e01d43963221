package dev.kernelwright.tuning.trial;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fresh directory for one worker: readable by its owner only, named after the parent's process, and in memory where
 * that is possible.
 */
final class WorkerDirectory {
    private static final String PREFIX_OF_ALL = "kernelwright-trial-";
    private static final String PREFIX = PREFIX_OF_ALL + ProcessHandle.current().pid() + "-";
    /** A directory whose file of tensors is missing or empty is just being made, unless it is older than this. */
    private static final Duration MAKING_TIME = Duration.ofMinutes(10);
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
                deleteAbandoned(parent);
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

    /** Marks a directory as in use for as long as the channel to its file of tensors is open. */
    static void claim(FileChannel memory) throws IOException {
        memory.lock();
    }

    /**
     * Deletes what parents that were killed have left, whose sandboxes could not clean up since they died with them.
     *
     * <p>That a parent lives is seen from the lock on its file of tensors, and not from its process id: it may be in
     * another container that shares the folder.
     */
    private static void deleteAbandoned(Path parent) {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX_OF_ALL + "*")) {
            for (Path directory : directories) {
                // A lock of this process' own would be lost by opening its file once more.
                if (!directory.getFileName().toString().startsWith(PREFIX) && isAbandoned(directory)) {
                    delete(directory);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Another user's, or somebody else is deleting it: there is no more to do here.
        }
    }

    private static boolean isAbandoned(Path directory) {
        try (FileChannel memory =
                FileChannel.open(directory.resolve(TrialProtocol.MEMORY_FILE), StandardOpenOption.WRITE);
                FileLock lock = memory.tryLock()) {
            // A new file is locked a moment after it was made.
            return lock != null && (memory.size() > 0 || isOld(directory));
        } catch (NoSuchFileException e) {
            return isOld(directory);
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOld(Path directory) {
        try {
            return Files.getLastModifiedTime(directory).toInstant().isBefore(Instant.now().minus(MAKING_TIME));
        } catch (IOException gone) {
            return false;
        }
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
