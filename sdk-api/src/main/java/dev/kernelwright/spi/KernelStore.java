package dev.kernelwright.spi;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where tuning records live. Safe for use from several threads and processes. */
public interface KernelStore extends AutoCloseable {
    /**
     * Returns the record for a key, whatever its target's {@link Target.Match#AT_LEAST} fields say. MUST NOT throw:
     * whatever cannot be read, or is not what it says, is a miss.
     */
    Optional<TuningRecord> find(KernelKey key);

    /**
     * Returns the record for a key that is the best for a target, with where it was found: none whose driver or
     * compiler is later than the target's. MUST NOT throw.
     */
    default Optional<StoredRecord> find(KernelKey key, Target target) {
        return find(key).filter(record -> target.tooEarlyFor(record.target()).isEmpty())
                .map(record -> new StoredRecord(record, location(), false));
    }

    /**
     * Publishes a record, taking the place of any other for its key and the {@link Target.Match#AT_LEAST} fields of its
     * target, at once and as a whole.
     *
     * @throws IOException if it could not be stored; what was there before is still there
     */
    void put(TuningRecord record) throws IOException;

    /** Removes every record for a key that {@link #put} has put; returns whether there was one. */
    boolean remove(KernelKey key) throws IOException;

    /**
     * Sets a record aside that did not hold what it promises, so that it is not found again.
     *
     * @param reason what was found, one sentence
     */
    default void setAside(StoredRecord stored, String reason) throws IOException {
        remove(stored.record().key());
    }

    /**
     * Asks for the right to tune a key. MUST NOT throw: where nobody can be asked, it is granted.
     *
     * @param longest for how long the store renews it at most
     * @return the lease; empty if another holds it, in which case the caller asks again later
     */
    default Optional<Lease> tryLease(KernelKey key, Duration longest) {
        return Optional.of(Lease.UNSHARED);
    }

    /** Has a listener told of the keys for which other processes publish records, where the store hears of them. */
    default void onPublished(Consumer<KernelKey> listener) {}

    /** Returns the keys of every readable record. */
    List<KernelKey> keys();

    /** Returns where the records are, for people. */
    String location();

    /** Returns what is wrong with the store, a sentence each; empty if nothing is. */
    List<String> problems();

    @Override
    void close();
}
