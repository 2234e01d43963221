package dev.kernelwright.spi;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a kernel store: the best kernel known for a key, or the finding that none beats the baseline.
 *
 * @param key what it is for
 * @param target the whole target it was made on, with the fields that are not part of the key
 * @param kernel the kernel; null if the baseline is the best known
 * @param evaluation the verdict that it was stored on
 * @param provenance who made it and how: generator, candidates tried, seconds spent, library version
 * @param created when it was made
 * @param expires when it is to be tried again; null for never
 * @param baseline what the baseline is compiled to, for hosts without a compiler; null if it needs none, or is not known
 */
public record TuningRecord(KernelKey key, Target target, @Nullable Kernel kernel, Evaluation evaluation,
        Map<String, String> provenance, Instant created, @Nullable Instant expires, @Nullable KernelBinary baseline) {
    /** Stands in the provenance of a record that was rechecked rather than tuned: when the one it is of was made. */
    public static final String RECHECKED_FROM = "rechecked.from";

    private static final Duration CLOCK_ERROR = Duration.ofDays(1);

    /** Copies the provenance. */
    public TuningRecord {
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    }

    /** Creates a record without a baseline. */
    public TuningRecord(KernelKey key, Target target, @Nullable Kernel kernel, Evaluation evaluation,
            Map<String, String> provenance, Instant created, @Nullable Instant expires) {
        this(key, target, kernel, evaluation, provenance, created, expires, null);
    }

    /**
     * A kernel with what it was compiled from.
     *
     * @param source the source that was verified
     * @param binary what it was compiled to
     */
    public record Kernel(KernelSource source, KernelBinary binary) {}

    /**
     * Returns whether the record is to be taken as absent at the given time. One that expires and was made a day or more
     * after that time was dated by a clock that was wrong, so nobody knows when it expires.
     */
    public boolean isExpired(Instant now) {
        return expires != null && (!now.isBefore(expires) || now.isBefore(created.minus(CLOCK_ERROR)));
    }

    /**
     * Returns whether the record is to be believed at the given time: it has not expired, and if it says that nothing
     * beats the baseline, then it was this version of the library that found nothing.
     */
    public boolean isBelieved(Instant now) {
        return !isExpired(now) && (kernel != null
                || LibraryVersion.current().equals(provenance.getOrDefault(LibraryVersion.PROVENANCE,
                        LibraryVersion.current())));
    }
}
