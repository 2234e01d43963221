package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A disk in memory that can lose power: then of what was not synced any part is lost, in any order.
 *
 * <p>A file's content is durable once it was synced; before, a crash leaves nothing, a part, or zeros of it. A folder's
 * entries are durable once the folder was synced; before, each creation, renaming or deletion may or may not have reached
 * the disk, each for itself. What a journalling file system does is one of the things that can happen here.
 */
final class CrashDisk implements Disk {
    /** Thrown when the power is off, and by every operation after that. */
    static final class PowerLoss extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** A file, by whatever name. */
    private static final class Inode {
        byte[] content = {};
        boolean synced = true;
        Instant modified = Instant.EPOCH;
    }

    private final SplittableRandom random;
    /** What programs see: files by path; a folder is a path with no file. */
    private final Map<Path, Inode> entries = new TreeMap<>();
    private final Map<Path, Boolean> folders = new HashMap<>();
    /** What a crash cannot take. */
    private Map<Path, Inode> durable = new TreeMap<>();
    private int operationsLeft = Integer.MAX_VALUE;

    CrashDisk(SplittableRandom random, Path root) {
        this.random = random;
        folders.put(root, true);
    }

    /** Turns the power off before the operation after so many. */
    void loseEntriesAfter(int operations) {
        operationsLeft = operations;
    }

    private void step() {
        if (operationsLeft-- <= 0) {
            throw new PowerLoss();
        }
    }

    /** Returns what is there after the power has come back. */
    CrashDisk afterCrash(Path root) {
        CrashDisk next = new CrashDisk(random, root);
        next.folders.putAll(folders);
        Map<Path, Inode> survivors = new TreeMap<>(durable);
        for (Path path : union(entries, durable)) {
            // Each change of an entry for itself: it has reached the disk or not.
            if (entries.get(path) != durable.get(path) && random.nextBoolean()) {
                if (entries.get(path) == null) {
                    survivors.remove(path);
                } else {
                    survivors.put(path, entries.get(path));
                }
            }
        }
        survivors.forEach((path, inode) -> {
            Inode left = new Inode();
            left.content = inode.synced ? inode.content : torn(inode.content);
            next.entries.put(path, left);
            next.durable.put(path, left);
        });
        return next;
    }

    private static List<Path> union(Map<Path, Inode> one, Map<Path, Inode> other) {
        Map<Path, Inode> all = new TreeMap<>(one);
        all.putAll(other);
        return List.copyOf(all.keySet());
    }

    private byte[] torn(byte[] content) {
        byte[] part = Arrays.copyOf(content, random.nextInt(content.length + 1));
        return switch (random.nextInt(3)) {
            case 0 -> new byte[0];
            case 1 -> part;
            // The length was written and the blocks were not.
            default -> Arrays.copyOf(part, content.length);
        };
    }

    @Override
    public boolean createFolder(Path folder) {
        step();
        return folders.put(folder, true) == null;
    }

    @Override
    public void writeNew(Path file, byte[] bytes) throws IOException {
        step();
        if (entries.containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Inode inode = new Inode();
        inode.synced = false;
        entries.put(file, inode);
        step();
        inode.content = bytes.clone();
        step();
        inode.synced = true;
    }

    @Override
    public void overwrite(Path file, byte[] bytes) throws IOException {
        step();
        Inode inode = inode(file);
        inode.content = bytes.clone();
        inode.synced = false;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        Inode inode = inode(from);
        entries.remove(from);
        entries.put(to, inode);
    }

    @Override
    public void forceFolder(Path folder) {
        step();
        durable.keySet().removeIf(path -> folder.equals(path.getParent()));
        entries.forEach((path, inode) -> {
            if (folder.equals(path.getParent())) {
                durable.put(path, inode);
            }
        });
    }

    @Override
    public boolean delete(Path file) {
        step();
        return entries.remove(file) != null;
    }

    @Override
    public Status status(Path file) throws IOException {
        Inode inode = inode(file);
        return new Status(true, inode.content.length, inode.modified);
    }

    @Override
    public byte[] read(Path file, int maxBytes) throws IOException {
        byte[] content = inode(file).content;
        return Arrays.copyOf(content, Math.min(maxBytes, content.length));
    }

    @Override
    public void touch(Path file, Instant modified) throws IOException {
        inode(file).modified = modified;
    }

    @Override
    public List<Path> list(Path folder, String pattern) {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        List<Path> found = new ArrayList<>();
        for (Path path : folders.keySet()) {
            if (folder.equals(path.getParent()) && matcher.matches(path.getFileName())) {
                found.add(path);
            }
        }
        for (Path path : entries.keySet()) {
            if (folder.equals(path.getParent()) && matcher.matches(path.getFileName())) {
                found.add(path);
            }
        }
        return found;
    }

    private Inode inode(Path file) throws NoSuchFileException {
        Inode inode = entries.get(file);
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return inode;
    }
}
