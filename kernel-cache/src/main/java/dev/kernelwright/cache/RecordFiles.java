package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * The files of a directory of records: what they are called, and how they are read and published.
 *
 * <p>A file is called {@code records/<two digits>/<key's digest>.json} or, where the target has fields for which a later
 * version will do, {@code <key's digest>.<digest of these fields>.json}: so one key has a file for each driver. They are
 * spread over 256 folders by the first byte of their digests, so that none grows long.
 */
final class RecordFiles {
    private static final String RECORD_SUFFIX = ".json";
    private static final String TEMPORARY_SUFFIX = ".tmp";
    /** A hit makes a file younger at most this often, so that reading costs no writing. */
    private static final Duration USE_NOTED_EVERY = Duration.ofDays(1);

    private final Path root;
    private final Path folder;
    private final Disk disk;

    RecordFiles(Path root, Disk disk) {
        this.root = root;
        this.folder = root.resolve("records");
        this.disk = disk;
    }

    /** Returns the path of the file for a key and a target. */
    Path path(KernelKey key, Target target) {
        return shard(key).resolve(RecordCodec.fileName(key, target));
    }

    private Path shard(KernelKey key) {
        return folder.resolve(key.digest().substring(0, 2));
    }

    /** Returns the paths of the files for a key, in order. */
    List<Path> paths(KernelKey key) throws IOException {
        List<Path> found = new ArrayList<>(disk.list(shard(key), key.digest() + "*" + RECORD_SUFFIX));
        Collections.sort(found);
        return found;
    }

    /**
     * Reads the record for a key.
     *
     * @throws NoSuchFileException if there is no file
     * @throws RecordFormatException if the file is not a record, or one for another key
     */
    TuningRecord read(Path file, KernelKey key) throws IOException, RecordFormatException {
        TuningRecord record = read(file);
        if (!record.key().equals(key)) {
            throw RecordFormatException.malformed("the record is for another key, which differs in "
                    + key.differences(record.key()) + ": it was copied or renamed");
        }
        return record;
    }

    /** Reads a record, whatever its key. */
    TuningRecord read(Path file) throws IOException, RecordFormatException {
        // Before opening it, since opening a pipe waits for a writer.
        Disk.Status status = disk.status(file);
        if (!status.isFile()) {
            throw RecordFormatException.malformed("the record is not a file but a folder, a link or a device");
        }
        RecordEnvelope.requireSize(status.bytes());
        return RecordCodec.decode(disk.read(file, RecordCodec.MAX_BYTES + 1));
    }

    /** Notes that a file was used, unless that was noted not long ago; best effort, it only decides what is evicted. */
    void noteUse(Path file, Instant now) {
        try {
            Instant noted = disk.status(file).modified();
            if (noted.isBefore(now.minus(USE_NOTED_EVERY)) || noted.isAfter(now.plus(USE_NOTED_EVERY))) {
                disk.touch(file, now);
            }
        } catch (IOException e) {
            // A read-only folder evicts nothing either.
        }
    }

    /**
     * Publishes the file of a record.
     *
     * @return the folders that have new entries, to be given to {@link #force}
     * @throws IOException if it could not; the file that was there before is still there
     */
    List<Path> publish(TuningRecord record, byte[] bytes) throws IOException {
        Path shard = shard(record.key());
        List<Path> changed = new ArrayList<>();
        // Never the root: should it be gone, then it was unmounted or removed, and what is put there would go astray.
        if (disk.createFolder(folder)) {
            changed.add(root);
        }
        if (disk.createFolder(shard)) {
            changed.add(folder);
        }
        changed.add(shard);
        Path file = path(record.key(), record.target());
        try {
            publish(shard, file, record.key(), bytes);
        } catch (NoSuchFileException e) {
            // A process whose clock is hours ahead took the temporary for an orphan.
            publish(shard, file, record.key(), bytes);
        }
        return changed;
    }

    private void publish(Path shard, Path file, KernelKey key, byte[] bytes) throws IOException {
        Path temporary = shard.resolve(key.digest() + "." + UUID.randomUUID() + TEMPORARY_SUFFIX);
        try {
            disk.writeNew(temporary, bytes);
            disk.rename(temporary, file);
        } catch (IOException e) {
            try {
                disk.delete(temporary);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Deletes the files for a key; returns the folders that have changed, none if there was no file. */
    List<Path> delete(KernelKey key) throws IOException {
        boolean deleted = false;
        for (Path file : paths(key)) {
            deleted |= disk.delete(file);
        }
        return deleted ? List.of(shard(key)) : List.of();
    }

    /** Waits until the disk has the entries of folders, so that new names are there, and old ones gone, for good. */
    void force(List<Path> folders) throws IOException {
        for (Path changed : folders) {
            disk.forceFolder(changed);
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
                if (disk.status(temporary).modified().isBefore(before)) {
                    disk.delete(temporary);
                }
            } catch (NoSuchFileException e) {
                // Its writer has just published it.
            }
        }
    }

    private List<Path> list(String suffix) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path shard : disk.list(folder, "??")) {
            found.addAll(disk.list(shard, "*" + suffix));
        }
        Collections.sort(found);
        return found;
    }
}
