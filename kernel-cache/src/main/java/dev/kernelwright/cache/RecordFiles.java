package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * The files of a directory store: what they are called, and how they are read and published.
 *
 * <p>They are spread over 256 folders by the first byte of their digests, so that none grows long.
 */
final class RecordFiles {
    private static final String RECORD_SUFFIX = ".json";
    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final Path root;
    private final Path folder;
    private final FilePublisher publisher;

    RecordFiles(Path root, FilePublisher publisher) {
        this.root = root;
        this.folder = root.resolve("records");
        this.publisher = publisher;
    }

    /** Returns the path of the file for a key. */
    Path path(KernelKey key) {
        return shard(key).resolve(key.digest() + RECORD_SUFFIX);
    }

    private Path shard(KernelKey key) {
        return folder.resolve(key.digest().substring(0, 2));
    }

    /**
     * Reads the record for a key.
     *
     * @throws NoSuchFileException if there is no file
     * @throws RecordFormatException if the file is not a record, or one for another key
     */
    static TuningRecord read(Path file, KernelKey key) throws IOException, RecordFormatException {
        TuningRecord record = read(file);
        if (!record.key().equals(key)) {
            throw RecordFormatException.malformed("the record is for another key, which differs in "
                    + key.differences(record.key()) + ": it was copied or renamed");
        }
        return record;
    }

    /** Reads a record, whatever its key. */
    static TuningRecord read(Path file) throws IOException, RecordFormatException {
        // Before opening it, since opening a pipe waits for a writer.
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw RecordFormatException.malformed("the record is not a file but a folder, a link or a device");
        }
        RecordEnvelope.requireSize(attributes.size());
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return RecordCodec.decode(in.readNBytes(RecordCodec.MAX_BYTES + 1));
        }
    }

    /**
     * Publishes the file for a key.
     *
     * @return the folders that have new entries, to be given to {@link #force}
     * @throws IOException if it could not; the file that was there before is still there
     */
    List<Path> publish(KernelKey key, byte[] bytes) throws IOException {
        Path shard = shard(key);
        List<Path> changed = new ArrayList<>();
        // Never the root: should it be gone, then it was unmounted or removed, and what is put there would go astray.
        if (CacheFolder.create(folder)) {
            changed.add(root);
        }
        if (CacheFolder.create(shard)) {
            changed.add(folder);
        }
        changed.add(shard);
        Path temporary = shard.resolve(key.digest() + "." + UUID.randomUUID() + TEMPORARY_SUFFIX);
        try {
            publisher.writeNew(temporary, bytes);
            publisher.rename(temporary, path(key));
        } catch (IOException e) {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        return changed;
    }

    /** Deletes the file for a key; returns the folders that have changed, none if there was no file. */
    List<Path> delete(KernelKey key) throws IOException {
        return Files.deleteIfExists(path(key)) ? List.of(shard(key)) : List.of();
    }

    /** Waits until the disk has the entries of folders, so that new names are there, and old ones gone, for good. */
    void force(List<Path> folders) throws IOException {
        for (Path changed : folders) {
            publisher.forceFolder(changed);
        }
    }

    /** Returns the paths of all records, in order. */
    List<Path> list() throws IOException {
        return list(RECORD_SUFFIX);
    }

    /** Deletes the temporaries that were last written before a time. */
    void sweep(Instant before) throws IOException {
        for (Path temporary : list(TEMPORARY_SUFFIX)) {
            try {
                if (Files.getLastModifiedTime(temporary, LinkOption.NOFOLLOW_LINKS).toInstant().isBefore(before)) {
                    Files.deleteIfExists(temporary);
                }
            } catch (NoSuchFileException e) {
                // Its writer has just published it.
            }
        }
    }

    private List<Path> list(String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path shard : entries(folder, "??")) {
            found.addAll(entries(shard, "*" + suffix));
        }
        Collections.sort(found);
        return found;
    }

    /** Returns what is in a folder and fits a pattern, in any order; nothing if the folder is not there. */
    static List<Path> entries(Path folder, String pattern) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder, pattern)) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return entries;
    }
}
