package dev.kernelwright.cli;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A store that has nothing, for a runtime that is to answer with baselines or is only asked what devices are. */
final class NoStore implements KernelStore {
    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return Optional.empty();
    }

    @Override
    public void put(TuningRecord record) throws IOException {
        throw new IOException("the record " + record.key() + " was put into a store that keeps nothing");
    }

    @Override
    public boolean remove(KernelKey key) {
        return false;
    }

    @Override
    public List<KernelKey> keys() {
        return List.of();
    }

    @Override
    public String location() {
        return "nowhere";
    }

    @Override
    public List<String> problems() {
        return List.of();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
