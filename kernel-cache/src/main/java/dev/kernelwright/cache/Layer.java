package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.util.List;
import java.util.Optional;

/** Records below the user's directory, which are only read: those of a folder or a pack. */
interface Layer extends AutoCloseable {
    /** Returns the record for a key that is the best for a target; what cannot be read is a miss. */
    Optional<TuningRecord> find(KernelKey key, Target target);

    /** Returns the keys of every readable record. */
    List<KernelKey> keys();

    /** Returns where the records are, for people. */
    String location();

    @Override
    void close();
}
