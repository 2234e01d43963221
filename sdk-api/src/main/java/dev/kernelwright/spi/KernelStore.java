package dev.kernelwright.spi;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where tuning records live. Safe for use from several threads and processes. */
public interface KernelStore extends AutoCloseable {
    /** Returns the record for a key. MUST NOT throw: whatever cannot be read, or is not what it says, is a miss. */
    Optional<TuningRecord> find(KernelKey key);

    /**
     * Publishes a record, taking the place of any other for its key, at once and as a whole.
     *
     * @throws IOException if it could not be stored; what was there before is still there
     */
    void put(TuningRecord record) throws IOException;

    /** Removes the record for a key; returns whether there was one. */
    boolean remove(KernelKey key) throws IOException;

    /** Returns the keys of every readable record. */
    List<KernelKey> keys();

    /** Returns where the records are, for people. */
    String location();

    /** Returns what is wrong with the store, a sentence each; empty if nothing is. */
    List<String> problems();

    @Override
    void close();
}
