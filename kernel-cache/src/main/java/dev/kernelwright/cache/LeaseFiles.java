package dev.kernelwright.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Lease;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Leases as files {@code leases/<key's digest>.<generation>}; the lease of a key is its file of the highest generation.
 *
 * <p>No file lock, which network file systems keep after their holder is gone, and no time of day, which jumps: a holder
 * rewrites its file every third of a lease, and who waits takes it for dead when it has seen the same content for a whole
 * lease on its own monotonic clock. It takes over by creating the next generation, which only one can.
 *
 * <p>A holder may give its lease back between the look of one that finds it dead and the creation of the next generation,
 * while a third creates the first generation anew. So whoever created a file looks again, and withdraws if there is any
 * that was not there at its first look: of two, at least one sees the other.
 */
final class LeaseFiles {
    /** How long a lease lasts that is not renewed. */
    static final Duration LENGTH = Duration.ofSeconds(10);
    private static final int RENEWALS_PER_LEASE = 3;
    private static final int MAX_CONTENT_BYTES = 200;

    private final Path folder;
    private final Disk disk;
    private final Duration length;
    private final LongSupplier nanoTime;
    /** What was seen of others' leases and since when, by the key's digest. */
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    private record Seen(Path file, String content, long sinceNanos) {}

    /**
     * Creates the leases of a root.
     *
     * @param nanoTime the clock by which another's lease is found dead, as {@link System#nanoTime}
     */
    LeaseFiles(Path root, Disk disk, Duration length, LongSupplier nanoTime) {
        this.folder = root.resolve("leases");
        this.disk = disk;
        this.length = length;
        this.nanoTime = nanoTime;
    }

    /**
     * Takes the lease of a key if it is free, or if its holder has not renewed it for its length.
     *
     * @param longest for how long it is renewed at most
     * @throws IOException if nobody can tell whether it is free
     */
    Optional<Lease> tryTake(KernelKey key, Duration longest) throws IOException {
        disk.createFolder(folder);
        List<Path> before = files(key);
        Path highest = before.isEmpty() ? null : before.getLast();
        if (highest != null && !isDead(key, highest)) {
            return Optional.empty();
        }
        Path mine = folder.resolve(key.digest() + "." + (highest == null ? 1 : generation(highest) + 1));
        String owner = UUID.randomUUID().toString();
        try {
            disk.writeNew(mine, owner.getBytes(UTF_8));
        } catch (FileAlreadyExistsException e) {
            return Optional.empty();
        }
        Set<Path> others = new HashSet<>(files(key));
        others.remove(mine);
        before.forEach(others::remove);
        if (!others.isEmpty()) {
            disk.delete(mine);
            return Optional.empty();
        }
        seen.remove(key.digest());
        for (Path dead : before) {
            disk.delete(dead);
        }
        return Optional.of(new FileLease(mine, owner, longest));
    }

    private boolean isDead(KernelKey key, Path file) throws IOException {
        String content;
        try {
            content = new String(disk.read(file, MAX_CONTENT_BYTES), UTF_8);
        } catch (NoSuchFileException e) {
            // Given back just now; the next look will find it free.
            return false;
        }
        long now = nanoTime.getAsLong();
        Seen since = Objects.requireNonNull(seen.compute(key.digest(),
                (digest, known) -> known != null && known.file().equals(file) && known.content().equals(content)
                        ? known
                        : new Seen(file, content, now)));
        return now - since.sinceNanos() >= length.toNanos();
    }

    /** Returns the files of a key, the highest generation last; names that are no lease's are not looked at. */
    private List<Path> files(KernelKey key) throws IOException {
        return disk.list(folder, key.digest() + ".*").stream().filter(file -> generation(file) > 0)
                .sorted(Comparator.comparingLong(LeaseFiles::generation)).toList();
    }

    private static long generation(Path file) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        String digits = name.substring(name.lastIndexOf('.') + 1);
        return digits.matches("[1-9][0-9]{0,17}") ? Long.parseLong(digits) : 0;
    }

    /** Deletes the files that were last renewed before a time, which lies many leases ago. */
    void sweep(Instant before) throws IOException {
        for (Path file : disk.list(folder, "*")) {
            try {
                if (disk.status(file).modified().isBefore(before)) {
                    disk.delete(file);
                }
            } catch (NoSuchFileException e) {
                // Given back.
            }
        }
    }

    /** A lease that is held, and the thread that renews it. */
    private final class FileLease implements Lease {
        private final Path file;
        private final String owner;
        private final CountDownLatch closed = new CountDownLatch(1);
        private final long endNanos;

        FileLease(Path file, String owner, Duration longest) {
            this.file = file;
            this.owner = owner;
            this.endNanos = System.nanoTime() + longest.toNanos();
            Thread.ofVirtual().name("kernelwright-lease").start(this::renew);
        }

        private void renew() {
            try {
                long periodNanos = length.toNanos() / RENEWALS_PER_LEASE;
                for (long renewals = 1; System.nanoTime() < endNanos; renewals++) {
                    if (closed.await(periodNanos, TimeUnit.NANOSECONDS)) {
                        return;
                    }
                    try {
                        disk.overwrite(file, (owner + " " + renewals).getBytes(UTF_8));
                    } catch (NoSuchFileException e) {
                        // Another has taken over.
                        return;
                    } catch (IOException e) {
                        // A disk that recovers within the lease does no harm; one that does not costs the lease.
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            closed.countDown();
            try {
                disk.delete(file);
            } catch (IOException e) {
                // Not renewed any more, so it ends by itself.
            }
        }
    }
}
