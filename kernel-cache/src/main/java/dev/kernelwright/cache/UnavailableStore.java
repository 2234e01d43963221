package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A store in the place of one that could not be opened: it has nothing, keeps nothing, and says why. */
final class UnavailableStore implements KernelStore {
    private final String reason;

    /**
     * Creates the store.
     *
     * @param reason why the real one could not be opened, a sentence with the cure
     */
    UnavailableStore(String reason) {
        this.reason = reason;
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return Optional.empty();
    }

    @Override
    public void put(TuningRecord record) throws IOException {
        throw new IOException("the record " + record.key() + " could not be stored, as there is no kernel cache: "
                + reason);
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
        return "memory";
    }

    @Override
    public List<String> problems() {
        return List.of(reason);
    }

    @Override
    public void close() {}
}
