package dev.kernelwright.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A store that keeps records in memory in front of another store, up to a number of bytes.
 *
 * <p>That a record is missing is not remembered, so that one which another process puts is found the next time. A
 * record in memory is served as it is until it expires or has to make room, also if another process replaces or removes
 * it: it was right, and stays right. Only what another machine publishes in a shared store is looked for again.
 *
 * <p>A record that the store behind refuses stays in memory, so that this process has it while there is room. Closing
 * closes the store behind.
 */
public final class MemoryFrontStore implements KernelStore {
    /** The default bound: some thousand records of usual size. */
    public static final long DEFAULT_MAX_BYTES = 64L * 1024 * 1024;

    /** What a record takes beside its texts and code, roughly. */
    private static final int OVERHEAD_BYTES = 2_048;

    private final KernelStore behind;
    private final InstantSource clock;
    private final Cache<KernelKey, @Nullable Entry> memory;
    /** Held from writing behind to writing in memory, so that both end with the same record. Readers do not take it. */
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicLong memoryOnly = new AtomicLong();

    /** A record as both ways of finding return it, so that a hit allocates nothing. */
    private record Entry(Optional<StoredRecord> stored, Optional<TuningRecord> record, Target target) {
        static Entry of(StoredRecord stored, Target target) {
            return new Entry(Optional.of(stored), Optional.of(stored.record()), target);
        }

        TuningRecord get() {
            return record.orElseThrow();
        }
    }

    /** Puts memory of {@link #DEFAULT_MAX_BYTES} in front of a store. */
    public MemoryFrontStore(KernelStore behind) {
        this(behind, DEFAULT_MAX_BYTES);
    }

    /** Puts memory in front of a store; a record that alone is larger than the bound is not kept. */
    public MemoryFrontStore(KernelStore behind, long maxBytes) {
        this(behind, maxBytes, InstantSource.system());
    }

    MemoryFrontStore(KernelStore behind, long maxBytes, InstantSource clock) {
        this.behind = behind;
        this.clock = clock;
        this.memory = Caffeine.newBuilder()
                .maximumWeight(maxBytes)
                .weigher((KernelKey key, Entry entry) -> weightBytes(entry.get()))
                // In the caller: a library starts no thread to throw away a few records.
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        Entry known = known(key);
        return known != null ? known.record() : behind.find(key);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // of targets, before they are compared field by field
    public Optional<StoredRecord> find(KernelKey key, Target target) {
        Entry known = known(key);
        if (known != null && fits(known, target)) {
            if (known.target() != target) {
                // From now on they are compared at one glance.
                memory.asMap().replace(key, known, new Entry(known.stored(), known.record(), target));
            }
            return known.stored();
        }
        // Reading behind happens under Caffeine's lock for this key, so that no older record is put over a newer one.
        Entry read = memory.asMap().compute(key, (missing, there) -> there != null && fits(there, target)
                && !there.get().isExpired(clock.instant())
                        ? there
                        : behind.find(missing, target).map(stored -> Entry.of(stored, target)).orElse(null));
        return read == null ? Optional.empty() : read.stored();
    }

    /** Returns what is in memory and has not expired. */
    private @Nullable Entry known(KernelKey key) {
        Entry known = memory.getIfPresent(key);
        if (known == null || known.get().expires() == null || !known.get().isExpired(clock.instant())) {
            return known;
        }
        memory.asMap().remove(key, known);
        return null;
    }

    /** Returns whether what was found for one target will do for another; a process usually has one for each key. */
    @SuppressWarnings("ReferenceEquality") // first, since it is usually so
    private static boolean fits(Entry known, Target target) {
        return known.target() == target || known.target().equals(target);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Also when this throws, the record is found in this process.
     */
    @Override
    public void put(TuningRecord record) throws IOException {
        writing.lock();
        try {
            behind.put(record);
        } catch (IOException e) {
            memoryOnly.incrementAndGet();
            throw e;
        } finally {
            memory.put(record.key(), Entry.of(new StoredRecord(record, location(), false), record.target()));
            writing.unlock();
        }
    }

    @Override
    public boolean remove(KernelKey key) throws IOException {
        writing.lock();
        try {
            boolean removedBehind = behind.remove(key);
            boolean removedHere = memory.asMap().remove(key) != null;
            return removedBehind || removedHere;
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void setAside(StoredRecord stored, String reason) throws IOException {
        writing.lock();
        try {
            memory.invalidate(stored.record().key());
            behind.setAside(stored, reason);
        } finally {
            writing.unlock();
        }
    }

    @Override
    public Optional<Lease> tryLease(KernelKey key, Duration longest) {
        return behind.tryLease(key, longest);
    }

    @Override
    public void onPublished(Consumer<KernelKey> listener) {
        behind.onPublished(key -> {
            memory.invalidate(key);
            listener.accept(key);
        });
    }

    /** Returns the keys of the records behind, then of those that are in memory alone. */
    @Override
    public List<KernelKey> keys() {
        Set<KernelKey> keys = new LinkedHashSet<>(behind.keys());
        keys.addAll(memory.asMap().keySet());
        return List.copyOf(keys);
    }

    @Override
    public String location() {
        return behind.location();
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>(behind.problems());
        long count = memoryOnly.get();
        if (count > 0) {
            problems.add("records that could not be stored and are lost with this process: " + count
                    + " since the start; correct what is said above");
        }
        return List.copyOf(problems);
    }

    /** Returns what the memory has done since this was created. */
    public Statistics statistics() {
        CacheStats stats = memory.stats();
        return new Statistics(stats.hitCount(), stats.missCount(), stats.evictionCount(), memoryOnly.get());
    }

    /**
     * What the memory has done since it was created.
     *
     * @param hits how many records were found in memory
     * @param misses how many were not, whether or not the store behind had them
     * @param evictions how many had to make room
     * @param memoryOnly how many the store behind refused
     */
    public record Statistics(long hits, long misses, long evictions, long memoryOnly) {}

    @Override
    public void close() {
        memory.invalidateAll();
        behind.close();
    }

    private static int weightBytes(TuningRecord record) {
        long bytes = OVERHEAD_BYTES;
        if (record.kernel() != null) {
            bytes += Character.BYTES * (long) record.kernel().source().text().length();
            bytes += Character.BYTES * (long) record.kernel().binary().log().length();
            bytes += record.kernel().binary().bytes().length;
        }
        return (int) Math.min(bytes, Integer.MAX_VALUE);
    }
}
