package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Keeps a directory of records within its limits: the files that were not used for the longest time give way. */
final class Eviction {
    /** How full a directory is after an eviction, so that the next put does not begin another. */
    private static final double FULL_AFTER = 0.9;

    private final RecordFiles files;
    private final Disk disk;
    private final Markers pins;
    private final Limits limits;

    /**
     * What a directory may hold.
     *
     * @param maxBytes the bytes of all records together
     * @param maxFiles how many records
     */
    record Limits(long maxBytes, int maxFiles) {
        /** More kernels than any program has, and less than any disk. */
        static final Limits DEFAULT = new Limits(4L << 30, 200_000);
    }

    private record Candidate(Path file, Disk.Status status) {}

    Eviction(RecordFiles files, Disk disk, Markers pins, Limits limits) {
        this.files = files;
        this.disk = disk;
        this.pins = pins;
        this.limits = limits;
    }

    /** Deletes what is too much, pinned records excepted; returns how many files that were. */
    int run() throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        long bytes = 0;
        for (Path file : files.list()) {
            try {
                Disk.Status status = disk.status(file);
                bytes += status.bytes();
                candidates.add(new Candidate(file, status));
            } catch (NoSuchFileException e) {
                // Another process has removed it.
            }
        }
        int count = candidates.size();
        if (bytes <= limits.maxBytes() && count <= limits.maxFiles()) {
            return 0;
        }
        candidates.sort(Comparator.comparing(candidate -> candidate.status().modified()));
        int evicted = 0;
        for (Candidate candidate : candidates) {
            if (bytes <= FULL_AFTER * limits.maxBytes() && count <= FULL_AFTER * limits.maxFiles()) {
                break;
            }
            if (!pins.contains(digest(candidate.file())) && disk.delete(candidate.file())) {
                bytes -= candidate.status().bytes();
                count--;
                evicted++;
            }
        }
        return evicted;
    }

    /** Returns the digest of the key of a record's file. */
    private static String digest(Path file) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        return name.substring(0, Math.min(name.length(), KernelKey.DIGEST_CHARS));
    }
}
