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
import java.util.Optional;

/**
 * A store in which nothing is found, so that everything is tuned anew, and whose records go to another store.
 *
 * <p>What is there already stays until something better takes its place.
 */
final class RetuneStore implements KernelStore {
    private final KernelStore behind;
    private final Incumbent incumbent;

    RetuneStore(KernelStore behind, Incumbent incumbent) {
        this.behind = behind;
        this.incumbent = incumbent;
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
        if (incumbent.against(record).isEmpty()) {
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
