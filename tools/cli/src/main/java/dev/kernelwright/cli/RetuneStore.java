package dev.kernelwright.cli;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A store in which nothing is found, so that everything is tuned anew, and whose records go to another store.
 *
 * <p>What is there already stays until something better takes its place.
 */
final class RetuneStore implements KernelStore {
    private final KernelStore behind;
    private final Incumbent incumbent;
    private final Map<KernelKey, TuningRecord> kept = new ConcurrentHashMap<>();

    RetuneStore(KernelStore behind) {
        this.behind = behind;
        this.incumbent = new Incumbent(behind);
    }

    /** Returns what proposes the stored kernel, to be asked before all others. */
    Incumbent incumbent() {
        return incumbent;
    }

    /** Returns the record that stayed when the last one for the key was to be put, if it did. */
    Optional<TuningRecord> kept(KernelKey key) {
        return Optional.ofNullable(kept.get(key));
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return Optional.empty();
    }

    @Override
    public Optional<StoredRecord> find(KernelKey key, Target target) {
        return Optional.empty();
    }

    @Override
    public Optional<Lease> tryLease(KernelKey key, Duration longest) {
        return behind.tryLease(key, longest);
    }

    @Override
    public void put(TuningRecord record) throws IOException {
        Optional<TuningRecord> stays = incumbent.against(record);
        if (stays.isPresent()) {
            kept.put(record.key(), stays.get());
        } else {
            kept.remove(record.key());
            behind.put(record);
        }
    }

    @Override
    public boolean remove(KernelKey key) throws IOException {
        return behind.remove(key);
    }

    @Override
    public List<KernelKey> keys() {
        return behind.keys();
    }

    @Override
    public String location() {
        return behind.location();
    }

    @Override
    public List<String> problems() {
        return behind.problems();
    }

    @Override
    public void close() {
        // The store behind belongs to whoever opened it.
    }
}
