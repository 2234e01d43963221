package dev.kernelwright.cache;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
        NOT_SYNCED
    }

    private record Faults(long count, String latest) {}

    private final Map<Kind, Faults> faults = new EnumMap<>(Kind.class);

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
        return count;
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
            sentences.add(found.latest() + " (the latest of " + found.count() + " since the start)");
        }
        return List.copyOf(sentences);
    }
}
