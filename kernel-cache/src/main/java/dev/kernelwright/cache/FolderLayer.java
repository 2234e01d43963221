package dev.kernelwright.cache;

import dev.kernelwright.cache.FaultLog.Kind;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The records of a folder that was a user's directory elsewhere, and in which nothing is changed. */
final class FolderLayer implements Layer {
    private final Path root;
    private final RecordFiles files;
    private final FaultLog faults;

    private FolderLayer(Path root, Disk disk, FaultLog faults) {
        this.root = root;
        this.files = new RecordFiles(root, disk);
        this.faults = faults;
    }

    /**
     * Opens a folder.
     *
     * @throws IOException if it is not there, or can be written by others; the message is one sentence with the cure
     */
    static FolderLayer open(Path root, Disk disk, FaultLog faults) throws IOException {
        CacheFolder.requireTrusted(root);
        return new FolderLayer(root, disk, faults);
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key, Target target) {
        try {
            return files.paths(key).stream().flatMap(file -> read(file, key).stream())
                    .filter(record -> target.tooEarlyFor(record.target()).isEmpty())
                    .max(Comparator.comparing(TuningRecord::created));
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("the record " + key + " could not be read", root, e));
            return Optional.empty();
        }
    }

    private Optional<TuningRecord> read(Path file, KernelKey key) {
        try {
            return Optional.of(files.read(file, key));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (RecordFormatException | IOException e) {
            faults.warn(Kind.UNREADABLE, "the record " + file + " is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public List<KernelKey> keys() {
        Set<KernelKey> keys = new LinkedHashSet<>();
        try {
            for (Path file : files.list()) {
                keys.add(files.read(file).key());
            }
        } catch (RecordFormatException | IOException e) {
            faults.warn(Kind.UNREADABLE, "the records of " + root + " could not all be listed: " + e.getMessage());
        }
        return List.copyOf(keys);
    }

    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public void close() {}
}
