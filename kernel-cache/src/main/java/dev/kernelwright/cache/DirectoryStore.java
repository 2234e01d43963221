package dev.kernelwright.cache;

import dev.kernelwright.cache.FaultLog.Kind;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store that keeps each record in a file of its own, {@code records/<two digits>/<digest>.json} under a root.
 *
 * <p>Readers take no lock: a record is published by renaming a finished file over its name, so any number of processes
 * may share a root, and one that is killed leaves the old record or the new one. A file that is not the record that its
 * name and the asked key demand is a miss; it is moved to {@code quarantine/} and counted. A record of a newer format
 * version is a miss too but stays, for a process that can read it, until this one puts its own.
 *
 * <p>Opening lists no folder: what writers that died have left is removed, and what has not been used for long is evicted,
 * at the first put and now and then. Faults while finding are in {@link #problems()} until the same succeeds and, once per
 * kind, in the log.
 */
public final class DirectoryStore implements KernelStore {
    /** Temporaries and leases older than this are of processes that died; writing one takes milliseconds. */
    private static final Duration ORPHAN_AGE = Duration.ofHours(1);
    /** How far the clocks of the machines that share a root may differ before that is a fault. */
    private static final Duration CLOCK_ERROR = Duration.ofDays(1);
    /** Each listing takes time in proportion to all records. */
    private static final int PUTS_PER_TIDYING = 256;

    private final Path root;
    private final Disk disk;
    private final InstantSource clock;
    private final RecordFiles files;
    private final Quarantine quarantine;
    private final Markers pins;
    private final Eviction eviction;
    private final LeaseFiles leases;
    private final FaultLog faults = new FaultLog();
    private final AtomicInteger puts = new AtomicInteger();

    private DirectoryStore(Path root, Disk disk, StoreSettings settings) {
        this.root = root;
        this.disk = disk;
        this.clock = settings.clock();
        this.files = new RecordFiles(root, disk);
        this.quarantine = new Quarantine(root, disk);
        this.pins = new Markers(root.resolve("pins"), disk);
        this.eviction = new Eviction(files, disk, pins, settings.limits());
        this.leases = new LeaseFiles(root, disk, settings.lease(), settings.nanoTime());
    }

    /**
     * Opens a store, creating its folder if it is not there.
     *
     * <p>A folder that can be read but not written is opened; only putting fails there.
     *
     * @param root the folder
     * @throws IOException if it is a file, cannot be created or read, or can be written by other users; the message is
     *         one sentence with the cure
     */
    public static DirectoryStore open(Path root) throws IOException {
        return open(root, Disk.REAL, StoreSettings.DEFAULT);
    }

    static DirectoryStore open(Path root, Disk disk, StoreSettings settings) throws IOException {
        Path absolute = root.toAbsolutePath().normalize();
        CacheFolder.open(absolute);
        return new DirectoryStore(absolute, disk, settings);
    }

    /** Opens a store on a disk that is not the real one, whose root is there. */
    static DirectoryStore onDisk(Path root, Disk disk, StoreSettings settings) {
        return new DirectoryStore(root, disk, settings);
    }

    /** Returns the root folder. */
    Path root() {
        return root;
    }

    /** Returns the pinned keys, by digest; the text of each is the digest of the record. */
    Markers pins() {
        return pins;
    }

    FaultLog faults() {
        return faults;
    }

    Disk disk() {
        return disk;
    }

    InstantSource clock() {
        return clock;
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return newest(key, List.of());
    }

    @Override
    public Optional<StoredRecord> find(KernelKey key, Target target) {
        Path exact = files.path(key, target);
        Optional<TuningRecord> found = read(exact, key);
        // Another driver's record will do, if it is an earlier driver's.
        return found.or(() -> newest(key, List.of(target)))
                .map(record -> new StoredRecord(record, location(), false));
    }

    /** Returns the record for a key that was made last, of those that will do for all the targets. */
    private Optional<TuningRecord> newest(KernelKey key, List<Target> targets) {
        List<Path> paths;
        try {
            paths = files.paths(key);
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("the record " + key + " could not be read", root, e));
            return Optional.empty();
        }
        return paths.stream().flatMap(file -> read(file, key).stream())
                .filter(record -> targets.stream().allMatch(target -> target.tooEarlyFor(record.target()).isEmpty()))
                .max(Comparator.comparing(TuningRecord::created));
    }

    private Optional<TuningRecord> read(Path file, KernelKey key) {
        try {
            TuningRecord record = files.read(file, key);
            files.noteUse(file, clock.instant());
            faults.cured(Kind.UNREADABLE);
            noteClock(record);
            return Optional.of(record);
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

    /** Counts a record from the future as a fault: the clock was wrong then, or is now. */
    private void noteClock(TuningRecord record) {
        Instant now = clock.instant();
        if (record.created().minus(CLOCK_ERROR).isAfter(now)) {
            faults.warn(Kind.CLOCK_JUMPED, "the record " + record.key() + " in the kernel cache " + root
                    + " was made at " + record.created() + ", and now it is " + now
                    + ": set the clock, or, if it was wrong then, remove the record with 'kernelwright cache clear "
                    + record.key() + "'");
        }
    }

    private void setAside(Path file, KernelKey key, RecordFormatException reason) {
        try {
            Path aside = quarantine.take(file);
            if (isSound(aside, key)) {
                // It was replaced between reading and moving.
                quarantine.giveBack(aside, file);
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

    private boolean isSound(Path file, KernelKey key) throws IOException {
        try {
            files.read(file, key);
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
            changed = files.publish(record, requireNotPinned(key, RecordCodec.encode(record)));
            faults.cured(Kind.NOT_STORED);
        } catch (RecordFormatException e) {
            throw notStored(asked + ", because " + e.getMessage(), e);
        } catch (IOException e) {
            throw notStored(DiskFaults.sentence(asked, root, e), e);
        }
        force(changed, "the record " + key + " was stored but might be lost with a loss of power");
        if (puts.getAndIncrement() % PUTS_PER_TIDYING == 0) {
            tidy();
        }
    }

    /** Returns the file, unless another record is pinned in its place. */
    private byte[] requireNotPinned(KernelKey key, byte[] file) throws RecordFormatException, IOException {
        Optional<String> pinned = pins.text(key.digest());
        if (pinned.isPresent() && !pinned.get().equals(RecordEnvelope.digest(file))) {
            throw RecordFormatException.malformed("another record is pinned in its place in the kernel cache " + root
                    + ": run 'kernelwright cache pin --remove " + key + "' first");
        }
        return file;
    }

    /** Removes what dead processes have left, and evicts. */
    private void tidy() {
        try {
            Instant old = clock.instant().minus(ORPHAN_AGE);
            files.sweep(old);
            leases.sweep(old);
            eviction.run();
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("old files could not be removed", root, e));
        }
    }

    /** Makes new names durable. Some file systems cannot; by now others see the change, so that is no failure of it. */
    private void force(List<Path> changed, String otherwise) {
        try {
            files.force(changed);
            faults.cured(Kind.NOT_SYNCED);
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

    /** Moves the file of a record to the quarantine. */
    @Override
    public void setAside(StoredRecord stored, String reason) throws IOException {
        TuningRecord record = stored.record();
        try {
            Path aside = quarantine.take(files.path(record.key(), record.target()));
            faults.warn(Kind.SET_ASIDE, "the record " + record.key() + " was set aside as " + aside
                    + " and counts as missing: " + reason);
        } catch (NoSuchFileException e) {
            // Another process has set it aside.
        } catch (IOException e) {
            throw new IOException(DiskFaults.sentence("the record " + record.key() + " could not be set aside", root,
                    e), e);
        }
    }

    @Override
    public Optional<Lease> tryLease(KernelKey key, Duration longest) {
        try {
            Optional<Lease> lease = leases.tryTake(key, longest);
            faults.cured(Kind.NO_LEASE);
            return lease;
        } catch (IOException e) {
            faults.warn(Kind.NO_LEASE, DiskFaults.sentence("other processes could not be kept from tuning " + key
                    + " at the same time", root, e));
            return Optional.of(Lease.UNSHARED);
        }
    }

    /**
     * Pins the record that a key has: it is not evicted, not replaced, and goes before those of all layers.
     *
     * @param stored the record, of any layer
     * @throws IOException if that cannot be remembered
     */
    public void pin(StoredRecord stored) throws IOException {
        try {
            pins.add(stored.record().key().digest(),
                    RecordEnvelope.digest(RecordCodec.encode(stored.record())));
        } catch (RecordFormatException e) {
            throw new IOException("the record " + stored.record().key() + " could not be pinned, because "
                    + e.getMessage(), e);
        }
    }

    /** Removes the pin of a key; returns whether there was one. */
    public boolean unpin(KernelKey key) throws IOException {
        return pins.remove(key.digest());
    }

    /** Returns the keys of every readable record, in the order of their digests. It reads every file in full. */
    @Override
    public List<KernelKey> keys() {
        Set<KernelKey> keys = new LinkedHashSet<>();
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
            TuningRecord record = files.read(file);
            noteClock(record);
            return files.path(record.key(), record.target()).equals(file)
                    ? Optional.of(record.key())
                    : Optional.empty();
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
