package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The folder of a cache to which files go that were not what they said, for people to look at. */
final class Quarantine {
    /** Beyond this the oldest give way: by then there is enough to look at. */
    private static final int MAX_FILES = 1_000;

    private final Path folder;
    private final Disk disk;

    Quarantine(Path root, Disk disk) {
        this.folder = root.resolve("quarantine");
        this.disk = disk;
    }

    /** Moves a file here under a name of its own, and returns where it is. */
    Path take(Path file) throws IOException {
        disk.createFolder(folder);
        makeRoom();
        Path aside = folder.resolve(file.getFileName() + "." + UUID.randomUUID());
        disk.rename(file, aside);
        return aside;
    }

    private void makeRoom() throws IOException {
        List<Path> files = disk.list(folder, "*");
        if (files.size() < MAX_FILES) {
            return;
        }
        Map<Path, Disk.Status> known = new TreeMap<>();
        for (Path file : files) {
            known.put(file, disk.status(file));
        }
        Path oldest = known.entrySet().stream()
                .min(Comparator.comparing(entry -> entry.getValue().modified())).orElseThrow().getKey();
        disk.delete(oldest);
    }

    /**
     * Moves a file back, unless there is another by now.
     *
     * <p>The check and the move are two steps. Should a record be published between them, it gives way to the one that
     * was published just before it, which is as true.
     */
    void giveBack(Path aside, Path file) throws IOException {
        try {
            disk.status(file);
        } catch (NoSuchFileException e) {
            disk.rename(aside, file);
        }
    }

    /** Returns how many files are here. */
    int count() throws IOException {
        return disk.list(folder, "*").size();
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
