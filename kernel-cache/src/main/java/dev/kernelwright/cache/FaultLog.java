package dev.kernelwright.cache;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong in a store that degrades instead of throwing: counted by kind, with the latest sentence of each.
 *
 * <p>Of each kind the first is a warning in the log and the others are for debugging, so that a bad disk under a busy
 * server does not fill the log. Safe for use from several threads.
 */
final class FaultLog {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryStore.class);

    /** What kind of fault it was. */
    enum Kind {
        /** A file that was not the record that it should be was moved away. */
        SET_ASIDE,
        /** A file is a record of a newer format version, and stays. */
        NEWER_VERSION,
        /** A file or folder could not be read. */
        UNREADABLE,
        /** A record could not be written. */
        NOT_STORED,
        /** A record is there, or gone, but might not be after a loss of power. */
        NOT_SYNCED,
        /** Nobody can tell whether another process tunes the same key. */
        NO_LEASE,
        /** A pack or a read-only folder cannot be used. */
        LAYER_REFUSED,
        /** The shared store is away. */
        SHARED_AWAY,
        /** A record was made later than it is now. */
        CLOCK_JUMPED
    }

    /**
     * The faults of one kind.
     *
     * @param latest the latest sentence; null since the same operation succeeded
     */
    private record Faults(long count, @Nullable String latest) {}

    private final Map<Kind, Faults> faults = new EnumMap<>(Kind.class);
    /** Whether any kind has a sentence, so that success costs a read of one field. */
    private volatile boolean ailing;

    /** Counts a fault, and logs it. */
    void warn(Kind kind, String sentence) {
        if (note(kind, sentence) == 1) {
            LOG.warn("{}", sentence);
        } else {
            LOG.debug("{}", sentence);
        }
    }

    /** Counts a fault that someone else hears of; returns how many of its kind there have been. */
    synchronized long note(Kind kind, String sentence) {
        long count = count(kind) + 1;
        faults.put(kind, new Faults(count, sentence));
        ailing = true;
        return count;
    }

    /** Forgets the sentence of a kind, since what failed has succeeded; the count stays. */
    void cured(Kind kind) {
        if (ailing) {
            synchronized (this) {
                faults.computeIfPresent(kind, (same, found) -> new Faults(found.count(), null));
                ailing = faults.values().stream().anyMatch(found -> found.latest() != null);
            }
        }
    }

    /** Returns how many faults of a kind there have been. */
    synchronized long count(Kind kind) {
        Faults found = faults.get(kind);
        return found == null ? 0 : found.count();
    }

    /** Returns the latest sentence of each kind, with the number of its like. */
    synchronized List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        for (Faults found : faults.values()) {
            if (found.latest() == null) {
                continue;
            }
            sentences.add(found.latest() + " (the latest of " + found.count() + " since the start)");
        }
        return List.copyOf(sentences);
    }
}
