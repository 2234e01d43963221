package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** The folder of a cache to which files go that were not what they said, for people to look at; nothing is deleted. */
final class Quarantine {
    private final Path folder;

    Quarantine(Path root) {
        this.folder = root.resolve("quarantine");
    }

    /** Moves a file here under a name of its own, and returns where it is. */
    Path take(Path file) throws IOException {
        CacheFolder.create(folder);
        return Files.move(file, folder.resolve(file.getFileName() + "." + UUID.randomUUID()),
                StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Moves a file back, unless there is another by now.
     *
     * <p>The check and the move are two steps. Should a record be published between them, it gives way to the one that
     * was published just before it, which is as true.
     */
    static void giveBack(Path aside, Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Returns how many files are here. */
    int count() throws IOException {
        return RecordFiles.entries(folder, "*").size();
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
