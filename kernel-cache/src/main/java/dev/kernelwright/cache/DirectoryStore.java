package dev.kernelwright.cache;

import dev.kernelwright.cache.FaultLog.Kind;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A store that keeps each record in a file of its own, {@code records/<first two digits>/<digest>.json} under a root.
 *
 * <p>Readers take no lock: a record is published by renaming a finished file over its name, so any number of processes
 * may share a root, and one that is killed leaves the old record or the new one. A file that is not the record that its
 * name and the asked key demand is a miss; it is moved to {@code quarantine/} and counted. A record of a newer format
 * version is a miss too but stays, for a process that can read it, until this one puts its own.
 *
 * <p>Faults while finding are in {@link #problems()} and, once per kind, in the log.
 */
public final class DirectoryStore implements KernelStore {
    /** Temporaries older than this are of writers that died; writing one takes milliseconds. */
    private static final Duration ORPHAN_AGE = Duration.ofHours(1);

    private final Path root;
    private final RecordFiles files;
    private final Quarantine quarantine;
    private final FaultLog faults = new FaultLog();

    private DirectoryStore(Path root, FilePublisher publisher) {
        this.root = root;
        this.files = new RecordFiles(root, publisher);
        this.quarantine = new Quarantine(root);
    }

    /**
     * Opens a store, creating its folder if it is not there, and removes what writers that died have left.
     *
     * <p>A folder that can be read but not written is opened; only putting fails there.
     *
     * @param root the folder
     * @throws IOException if it is a file, cannot be created or read, or can be written by other users; the message is
     *         one sentence with the cure
     */
    public static DirectoryStore open(Path root) throws IOException {
        return open(root, FilePublisher.DISK);
    }

    static DirectoryStore open(Path root, FilePublisher publisher) throws IOException {
        Path absolute = root.toAbsolutePath().normalize();
        CacheFolder.open(absolute);
        DirectoryStore store = new DirectoryStore(absolute, publisher);
        try {
            store.files.sweep(Instant.now().minus(ORPHAN_AGE));
        } catch (IOException e) {
            store.faults.warn(Kind.UNREADABLE, DiskFaults.sentence("old temporary files could not be removed", absolute,
                    e));
        }
        return store;
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        Path file = files.path(key);
        try {
            return Optional.of(RecordFiles.read(file, key));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (RecordFormatException e) {
            if (e.isNewerVersion()) {
                faults.warn(Kind.NEWER_VERSION, "the record " + file + " is not used: " + e.getMessage());
            } else {
                setAside(file, key, e);
            }
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("the record " + key + " could not be read", root, e));
        }
        return Optional.empty();
    }

    private void setAside(Path file, KernelKey key, RecordFormatException reason) {
        try {
            Path aside = quarantine.take(file);
            if (isSound(aside, key)) {
                // It was replaced between reading and moving.
                Quarantine.giveBack(aside, file);
                return;
            }
            faults.warn(Kind.SET_ASIDE, "the record " + key + " was set aside as " + aside + " and counts as missing: "
                    + reason.getMessage());
        } catch (NoSuchFileException e) {
            // Another thread or process has set it aside.
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("the record " + key + " is not usable ("
                    + reason.getMessage() + ") but could not be set aside", root, e));
        }
    }

    private static boolean isSound(Path file, KernelKey key) throws IOException {
        try {
            RecordFiles.read(file, key);
            return true;
        } catch (RecordFormatException e) {
            return e.isNewerVersion();
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>When this returns, every process that asks finds the record, also after a loss of power. Should the disk
     * confirm the file but not its name, that is among the problems and not an exception, since the record is there.
     */
    @Override
    public void put(TuningRecord record) throws IOException {
        KernelKey key = record.key();
        String asked = "the record " + key + " could not be stored";
        List<Path> changed;
        try {
            changed = files.publish(key, RecordCodec.encode(record));
        } catch (RecordFormatException e) {
            throw notStored(asked + ", because " + e.getMessage(), e);
        } catch (IOException e) {
            throw notStored(DiskFaults.sentence(asked, root, e), e);
        }
        force(changed, "the record " + key + " was stored but might be lost with a loss of power");
    }

    /** Makes new names durable. Some file systems cannot; by now others see the change, so that is no failure of it. */
    private void force(List<Path> changed, String otherwise) {
        try {
            files.force(changed);
        } catch (IOException e) {
            faults.warn(Kind.NOT_SYNCED, DiskFaults.sentence(otherwise, root, e));
        }
    }

    /** Counts the fault; that the caller hears of it is enough, so it is not logged. */
    private IOException notStored(String sentence, Exception cause) {
        faults.note(Kind.NOT_STORED, sentence);
        return new IOException(sentence, cause);
    }

    @Override
    public boolean remove(KernelKey key) throws IOException {
        List<Path> changed;
        try {
            changed = files.delete(key);
        } catch (IOException e) {
            throw new IOException(DiskFaults.sentence("the record " + key + " could not be removed", root, e), e);
        }
        force(changed, "the record " + key + " was removed but might be back after a loss of power");
        return !changed.isEmpty();
    }

    /** Returns the keys of every readable record, in the order of their digests. It reads every file in full. */
    @Override
    public List<KernelKey> keys() {
        List<KernelKey> keys = new ArrayList<>();
        try {
            for (Path file : files.list()) {
                readKey(file).ifPresent(keys::add);
            }
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("the records could not be listed", root, e));
        }
        return List.copyOf(keys);
    }

    /** Returns the key of a record that {@link #find} would return; what it would set aside is left to it. */
    private Optional<KernelKey> readKey(Path file) {
        try {
            KernelKey key = RecordFiles.read(file).key();
            return files.path(key).equals(file) ? Optional.of(key) : Optional.empty();
        } catch (RecordFormatException | IOException e) {
            return Optional.empty();
        }
    }

    /** Returns the absolute path of the root. */
    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>(CacheFolder.problems(root));
        try {
            int aside = quarantine.count();
            if (aside > 0) {
                problems.add("files in " + quarantine + " that were not the records that they should be: " + aside
                        + "; look for what wrote or changed them, then delete that folder");
            }
        } catch (IOException e) {
            problems.add(DiskFaults.sentence("what was set aside could not be counted", root, e));
        }
        problems.addAll(faults.sentences());
        return List.copyOf(problems);
    }

    /** Returns how many files this store has set aside since it was opened. */
    public long setAsideCount() {
        return faults.count(Kind.SET_ASIDE);
    }

    /** Does nothing: every record is on disk once it was put. */
    @Override
    public void close() {}
}
