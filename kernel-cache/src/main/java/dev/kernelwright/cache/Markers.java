package dev.kernelwright.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder of small files, each of which says one thing by being there: that a key is pinned, or a record shadowed.
 *
 * <p>What the disk refuses is remembered in memory, so that at least this process acts on it.
 */
final class Markers {
    private static final int MAX_TEXT_BYTES = 4_096;

    private final @Nullable Path folder;
    private final Disk disk;
    private final Map<String, String> unwritten = new ConcurrentHashMap<>();

    /** Creates markers in a folder, which is made with the first of them; in memory alone if it is null. */
    Markers(@Nullable Path folder, Disk disk) {
        this.folder = folder;
        this.disk = disk;
    }

    /**
     * Adds a marker, in the place of one of the same name.
     *
     * @throws IOException if it could only be added for this process
     */
    void add(String name, String text) throws IOException {
        unwritten.put(name, text);
        if (folder == null) {
            return;
        }
        disk.createFolder(folder);
        byte[] bytes = text.getBytes(UTF_8);
        try {
            disk.writeNew(folder.resolve(name), bytes);
        } catch (FileAlreadyExistsException e) {
            disk.overwrite(folder.resolve(name), bytes);
        }
        disk.forceFolder(folder);
        unwritten.remove(name);
    }

    /** Removes a marker; returns whether there was one. */
    boolean remove(String name) throws IOException {
        boolean there = unwritten.remove(name) != null;
        return (folder != null && disk.delete(folder.resolve(name))) || there;
    }

    /**
     * Returns whether there is a marker.
     *
     * @throws IOException if that cannot be found out
     */
    boolean contains(String name) throws IOException {
        return text(name).isPresent();
    }

    /**
     * Returns the text of a marker; empty if there is none.
     *
     * @throws IOException if that cannot be found out
     */
    Optional<String> text(String name) throws IOException {
        String text = unwritten.get(name);
        if (text != null || folder == null) {
            return Optional.ofNullable(text);
        }
        try {
            return Optional.of(new String(disk.read(folder.resolve(name), MAX_TEXT_BYTES), UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Returns the names of all markers on disk. */
    List<String> names() throws IOException {
        return folder == null
                ? List.copyOf(unwritten.keySet())
                : disk.list(folder, "*").stream().map(path -> Objects.requireNonNull(path.getFileName()).toString())
                        .sorted().toList();
    }
}
