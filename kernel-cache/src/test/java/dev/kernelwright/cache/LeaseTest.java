package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Lease;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The lease of a key: one holder at a time, and none that is dead for longer than the lease. */
class LeaseTest {
    private static final KernelKey KEY = Records.key("leased@1");
    private static final Duration LENGTH = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(5);
    /** What is allowed beyond the lease: a machine that is busy. */
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int LEADERS = 6;
    private static final int STRESS_LEADERS = 200;
    /** Each is a JVM, whose start must not keep the others from looking. */
    private static final int AT_A_TIME = Runtime.getRuntime().availableProcessors();

    @TempDir
    private Path root;

    /** The clock by which stores of this process find others' leases dead: it stands still unless a test moves it. */
    private final AtomicLong nanos = new AtomicLong();

    private DirectoryStore store() throws IOException {
        return store(Disk.REAL);
    }

    private DirectoryStore store(Disk disk) throws IOException {
        return DirectoryStore.open(root, disk, StoreSettings.DEFAULT.withLease(LENGTH).withNanoTime(nanos::get));
    }

    private DirectoryStore storeThatCounts(Semaphore renewals) throws IOException {
        return store(new ForwardingDisk(Disk.REAL) {
            @Override
            public void overwrite(Path file, byte[] bytes) throws IOException {
                super.overwrite(file, bytes);
                renewals.release();
            }
        });
    }

    @Test
    void aLeaseIsHeldByOneUntilItIsGivenBack() throws IOException {
        DirectoryStore one = store();
        DirectoryStore other = store();
        Lease lease = one.tryLease(KEY, LONG).orElseThrow();
        assertThat(one.tryLease(KEY, LONG)).isEmpty();
        assertThat(other.tryLease(KEY, LONG)).isEmpty();
        other.tryLease(Records.key("another@1"), LONG).orElseThrow().close();
        lease.close();
        other.tryLease(KEY, LONG).orElseThrow().close();
        assertThat(leaseFiles()).isEmpty();
    }

    @Test
    @Timeout(60)
    void aLeaseThatIsRenewedOutlivesItsLength() throws Exception {
        Semaphore renewals = new Semaphore(0);
        DirectoryStore other = store();
        try (Lease _ = storeThatCounts(renewals).tryLease(KEY, LONG).orElseThrow()) {
            for (int i = 0; i < 4; i++) {
                assertThat(other.tryLease(KEY, LONG)).isEmpty();
                renewals.drainPermits();
                // The first may have been under way when the other looked.
                renewals.acquire(2);
                nanos.addAndGet(LENGTH.toNanos());
            }
            assertThat(other.tryLease(KEY, LONG)).isEmpty();
        }
    }

    /** A leader whose process lives but whose tuning never ends. */
    @Test
    @Timeout(60)
    void aLeaseIsNotRenewedBeyondTheTimeThatWasAskedFor() throws Exception {
        Semaphore renewals = new Semaphore(0);
        Lease hung = storeThatCounts(renewals).tryLease(KEY, LENGTH).orElseThrow();
        assertThat(renewals.tryAcquire(4, 1, TimeUnit.SECONDS)).as("a fourth renewal, a third of the length each")
                .isFalse();
        DirectoryStore other = store();
        Optional<Lease> taken = other.tryLease(KEY, LONG);
        assertThat(taken).isEmpty();
        while (taken.isEmpty()) {
            nanos.addAndGet(LENGTH.toNanos());
            taken = other.tryLease(KEY, LONG);
        }
        hung.close();
        assertThat(store().tryLease(KEY, LONG)).as("after the hung one gave back what it had lost").isEmpty();
        taken.get().close();
    }

    @Test
    void anyTimeOfDayOnTheFileChangesNothing() throws Exception {
        try (Lease _ = store().tryLease(KEY, LONG).orElseThrow()) {
            DirectoryStore other = store();
            for (Instant modified : List.of(Instant.EPOCH, Instant.now().plus(Duration.ofDays(4_000)))) {
                for (Path file : leaseFiles()) {
                    Files.setLastModifiedTime(file, FileTime.from(modified));
                }
                assertThat(other.tryLease(KEY, LONG)).isEmpty();
            }
        }
    }

    @Test
    void ofManyThatWaitForADeadLeaderOneTakesOver() throws Exception {
        for (int round = 0; round < 5; round++) {
            Path dead = Files.writeString(Files.createDirectories(root.resolve("leases"))
                    .resolve(KEY.digest() + ".1"), "dead");
            List<DirectoryStore> stores = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                stores.add(store());
                assertThat(stores.getLast().tryLease(KEY, LONG)).isEmpty();
            }
            nanos.addAndGet(LENGTH.toNanos());
            List<Lease> taken = new ArrayList<>();
            for (Optional<Lease> lease : atOnce(stores, store -> store.tryLease(KEY, LONG))) {
                lease.ifPresent(taken::add);
            }
            assertThat(taken).hasSizeLessThanOrEqualTo(1);
            if (taken.isEmpty()) {
                // Each saw another's and withdrew; the next to ask gets it.
                taken.add(stores.getFirst().tryLease(KEY, LONG).orElseThrow());
            }
            assertThat(dead).doesNotExist();
            taken.getFirst().close();
        }
    }

    /** The lease is what keeps two from tuning one key: without it, this would count more than one. */
    @Test
    void ofManyThatAskOneTunesAndWithoutTheLeaseSeveralWould() throws Exception {
        assertThat(generations(true)).isEqualTo(1);
        assertThat(generations(false)).isGreaterThan(1);
    }

    private int generations(boolean leased) throws Exception {
        KernelKey key = Records.key("tuned@" + leased);
        AtomicInteger generations = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(2);
        List<DirectoryStore> stores = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            stores.add(store());
        }
        atOnce(stores, store -> {
            while (store.find(key).isEmpty()) {
                Optional<Lease> lease = leased ? store.tryLease(key, LONG) : Optional.of(Lease.UNSHARED);
                if (lease.isPresent() && store.find(key).isEmpty()) {
                    generations.incrementAndGet();
                    second.countDown();
                    // With the lease no second comes, however long the tuning takes.
                    second.await(leased ? 30 : 20_000, TimeUnit.MILLISECONDS);
                    store.put(Records.small(key));
                }
                lease.ifPresent(Lease::close);
            }
            return null;
        });
        return generations.get();
    }

    private interface Asking<T> {
        T ask(DirectoryStore store) throws Exception;
    }

    private static <T> List<T> atOnce(List<DirectoryStore> stores, Asking<T> asking) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(stores.size())) {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads
                    .invokeAll(stores.stream().<Callable<T>>map(store -> () -> asking.ask(store)).toList())) {
                answers.add(answer.get());
            }
            return answers;
        }
    }

    @Test
    void aFolderThatCannotBeWrittenGrantsEveryLeaseAndSaysSo() throws IOException {
        Files.writeString(root.resolve("leases"), "in the way");
        DirectoryStore store = store();
        assertThat(store.tryLease(KEY, LONG)).containsSame(Lease.UNSHARED);
        assertThat(store.problems()).singleElement().asString().contains("could not be kept from tuning");
        Files.delete(root.resolve("leases"));
        store.tryLease(KEY, LONG).orElseThrow().close();
        assertThat(store.problems()).isEmpty();
    }

    /** How a leader ends. */
    private enum End {
        KILLED, STOPPED, HUNG
    }

    @Test
    @Timeout(120)
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows cannot stop a process by a signal")
    void aLeaderThatIsKilledStoppedOrHungDelaysNobodyBeyondItsLease() throws Exception {
        takeOverFrom(LEADERS);
    }

    @Test
    @Tag("stress")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows cannot stop a process by a signal")
    void twoHundredLeadersThatAreKilledStoppedOrHungDelayNobodyBeyondTheirLeases() throws Exception {
        takeOverFrom(STRESS_LEADERS);
    }

    private void takeOverFrom(int leaders) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
            List<Future<Duration>> delays = IntStream.range(0, leaders)
                    .mapToObj(i -> threads.submit(() -> delay(Records.key("leader" + i), End.values()[i % 3])))
                    .toList();
            for (Future<Duration> delay : delays) {
                assertThat(delay.get()).isLessThan(LENGTH.plus(GRACE));
            }
        }
    }

    /** Returns how long after its leader's end a key's lease could be taken. */
    private Duration delay(KernelKey key, End end) throws Exception {
        Duration longest = end == End.HUNG ? Duration.ZERO : LONG;
        Process leader = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Leader.class.getName(),
                root.toString(), key.fields().get("op"), longest.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = leader.inputReader(StandardCharsets.US_ASCII)) {
            assertThat(lines.readLine()).isEqualTo("leading");
            DirectoryStore store = DirectoryStore.open(root, Disk.REAL, StoreSettings.DEFAULT.withLease(LENGTH));
            assertThat(store.tryLease(key, LONG)).isEmpty();
            switch (end) {
                case KILLED -> leader.toHandle().destroyForcibly();
                case STOPPED -> new ProcessBuilder("kill", "-STOP", Long.toString(leader.pid())).start().waitFor();
                case HUNG -> {
                    // Its lease is not renewed, as if it had held it for as long as it may.
                }
            }
            long began = System.nanoTime();
            while (true) {
                Optional<Lease> lease = store.tryLease(key, LONG);
                if (lease.isPresent()) {
                    Duration delay = Duration.ofNanos(System.nanoTime() - began);
                    lease.get().close();
                    return delay;
                }
                Thread.sleep(20);
            }
        } finally {
            leader.toHandle().destroyForcibly();
            leader.waitFor();
        }
    }

    private List<Path> leaseFiles() throws IOException {
        try (Stream<Path> files = Files.list(root.resolve("leases"))) {
            return files.toList();
        }
    }

    /** A process that takes a lease and never ends. */
    static final class Leader {
        private Leader() {}

        public static void main(String[] args) throws Exception {
            DirectoryStore store = DirectoryStore.open(Path.of(args[0]), Disk.REAL,
                    StoreSettings.DEFAULT.withLease(LENGTH));
            var _ = store.tryLease(Records.key(args[1]), Duration.parse(args[2])).orElseThrow();
            System.out.println("leading");
            Thread.sleep(Duration.ofMinutes(5));
        }
    }
}
