package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The file operations of a cache, each as small as one that a disk can fail or a loss of power can undo.
 *
 * <p>An interface so that tests can have any of them fail, and lose what was not made durable, under the code that users
 * run. Exceptions are those of {@link java.nio.file.Files}.
 */
interface Disk {
    /** The operations on the real file system. */
    Disk REAL = new RealDisk();

    /**
     * What there is to know of a file before it is opened.
     *
     * @param isFile whether it is a file, and no folder, link or device
     */
    record Status(boolean isFile, long bytes, Instant modified) {}

    /** Creates a folder for the owner alone unless it is there; returns whether it was created. */
    boolean createFolder(Path folder) throws IOException;

    /** Creates a file that only its owner may use and that must not be there, writes it, and waits until the disk has it. */
    void writeNew(Path file, byte[] bytes) throws IOException;

    /** Replaces the content of a file that must be there, in place; it need not survive a loss of power. */
    void overwrite(Path file, byte[] bytes) throws IOException;

    /** Gives a file another name, at once, in the place of the file that had it. */
    void rename(Path from, Path to) throws IOException;

    /** Waits until the disk has a folder's entries. */
    void forceFolder(Path folder) throws IOException;

    /** Deletes a file unless it is gone; returns whether it was there. */
    boolean delete(Path file) throws IOException;

    /** Returns what there is to know of a file. */
    Status status(Path file) throws IOException;

    /** Returns the content of a file, or as much of it as is asked for. */
    byte[] read(Path file, int maxBytes) throws IOException;

    /** Sets when a file was last modified. */
    void touch(Path file, Instant modified) throws IOException;

    /** Returns what is in a folder and fits a pattern, in any order; nothing if the folder is not there. */
    List<Path> list(Path folder, String pattern) throws IOException;
}
