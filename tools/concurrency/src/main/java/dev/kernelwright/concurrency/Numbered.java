package dev.kernelwright.concurrency;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records for one key that are told apart by a number, and a store for one of them. */
final class Numbered {
    static final KernelKey KEY = new KernelKey(Map.of("op", "one"));
    static final Target TARGET = new Target(List.of());

    private Numbered() {}

    static TuningRecord record(int number) {
        return new TuningRecord(KEY, TARGET, null, Evaluation.rejected(ReasonCode.NOT_FASTER, ""),
                Map.of("number", Integer.toString(number)), Instant.EPOCH, null);
    }

    static void put(KernelStore store, int number) {
        try {
            store.put(record(number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void remove(KernelStore store) {
        try {
            store.remove(KEY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the number of what is found; 0 if nothing is. */
    static int find(KernelStore store) {
        return number(store.find(KEY, TARGET).map(StoredRecord::record));
    }

    static int number(Optional<TuningRecord> found) {
        return found.map(record -> Integer.parseInt(record.provenance().getOrDefault("number", "-1"))).orElse(0);
    }

    /** A store of one record, as simple as a disk: a reader sees the last write. */
    static final class OneRecordStore implements KernelStore {
        private volatile @Nullable TuningRecord record;

        @Override
        public Optional<TuningRecord> find(KernelKey key) {
            return Optional.ofNullable(record);
        }

        @Override
        public void put(TuningRecord put) {
            record = put;
        }

        @Override
        public boolean remove(KernelKey key) {
            boolean there = record != null;
            record = null;
            return there;
        }

        @Override
        public List<KernelKey> keys() {
            return List.of(KEY);
        }

        @Override
        public String location() {
            return "a field";
        }

        @Override
        public List<String> problems() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
