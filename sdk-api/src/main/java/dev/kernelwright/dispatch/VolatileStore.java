package dev.kernelwright.dispatch;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The store of a runtime that has no other: records live as long as the runtime. */
public final class VolatileStore implements KernelStore {
    private final Map<KernelKey, TuningRecord> records = new ConcurrentHashMap<>();

    /** Creates an empty store. */
    public VolatileStore() {}

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return Optional.ofNullable(records.get(key));
    }

    @Override
    public void put(TuningRecord record) {
        records.put(record.key(), record);
    }

    @Override
    public boolean remove(KernelKey key) {
        return records.remove(key) != null;
    }

    @Override
    public List<KernelKey> keys() {
        return List.copyOf(records.keySet());
    }

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public List<String> problems() {
        return List.of("no kernel store is on the class path, so kernels are lost when the process ends: add"
                + " kernelwright-kernel-cache");
    }

    @Override
    public void close() {
        // Holds memory only.
    }
}
