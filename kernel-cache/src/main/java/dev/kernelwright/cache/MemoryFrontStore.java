package dev.kernelwright.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A store that keeps records in memory in front of another store, up to a number of bytes.
 *
 * <p>That a record is missing is not remembered, so that one which another process puts is found the next time. A
 * record in memory is served as it is until it expires or has to make room, also if another process replaces or removes
 * it: it was right, and stays right.
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
    private final Cache<KernelKey, @Nullable TuningRecord> memory;
    /** Held from writing behind to writing in memory, so that both end with the same record. Readers do not take it. */
    private final ReentrantLock writing = new ReentrantLock();
    private final AtomicLong memoryOnly = new AtomicLong();

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
                .weigher((KernelKey key, TuningRecord record) -> weightBytes(record))
                // In the caller: a library starts no thread to throw away a few records.
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        TuningRecord known = memory.policy().getIfPresentQuietly(key);
        if (known != null && known.isExpired(clock.instant())) {
            memory.asMap().remove(key, known);
        }
        // Reading behind happens under Caffeine's lock for this key, so that no older record is put over a newer one.
        return Optional.ofNullable(memory.get(key, missing -> behind.find(missing).orElse(null)));
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
            memory.put(record.key(), record);
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
