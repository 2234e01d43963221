package dev.kernelwright.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kernelwright.cache.RecordCodec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPooled;

@Timeout(120)
class RedisStoreTest {
    private static final KernelKey KEY = key("add@1");
    /** Renewed every second, which a machine would have to miss by two. */
    private static final Duration LEASE = Duration.ofSeconds(3);
    /** A server that is there is never given up, however busy the machine is. */
    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    private Path folder;
    private RedisServer server;
    private RedisStore store;
    private RedisStore other;

    @BeforeEach
    void start() throws Exception {
        server = RedisServer.start(folder);
        store = RedisStore.open(server.uri(), LEASE, PATIENT);
        other = RedisStore.open(server.uri(), LEASE, PATIENT);
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            store.close();
            other.close();
            server.stop();
        }
    }

    private static KernelKey key(String op) {
        return new KernelKey(Map.of("op", op));
    }

    private static Target target(String driver) {
        return new Target(List.of(Target.exact("backend", "test"), Target.atLeast("driver", driver)));
    }

    private static TuningRecord record(KernelKey key, String text, String driver) {
        LaunchPlan plan = new LaunchPlan(List.of(new LaunchPlan.Step("run", List.of(Expression.constant(1)), List.of(),
                Expression.constant(0))), Expression.constant(0));
        return new TuningRecord(key, target(driver),
                new TuningRecord.Kernel(new KernelSource("c", text, plan, Map.of()),
                        new KernelBinary("so", text.getBytes(UTF_8), plan, "")),
                Evaluation.rejected(ReasonCode.ACCEPTED, "fine"), Map.of(), Instant.EPOCH, null);
    }

    private static String text(Optional<StoredRecord> found) {
        return found.map(stored -> stored.record().kernel().source().text()).orElse("nothing");
    }

    @Test
    void whatOneMachinePutsAnotherFindsAsImported() throws Exception {
        assertThat(other.find(KEY, target("1"))).isEmpty();
        store.put(record(KEY, "found", "1"));
        assertThat(text(other.find(KEY, target("1")))).isEqualTo("found");
        assertThat(other.find(KEY, target("1")).orElseThrow().imported()).isTrue();
        assertThat(other.keys()).containsExactly(KEY);
        assertThat(other.remove(KEY)).isTrue();
        assertThat(store.find(KEY)).isEmpty();
    }

    @Test
    void eachDriverHasItsOwnRecordAndALaterDriverFindsAnEarlierOnes() throws Exception {
        store.put(record(KEY, "one", "1"));
        store.put(record(KEY, "three", "3"));
        assertThat(text(other.find(KEY, target("1")))).isEqualTo("one");
        assertThat(text(other.find(KEY, target("2")))).isEqualTo("one");
        assertThat(text(other.find(KEY, target("3")))).isEqualTo("three");
        assertThat(text(other.find(KEY, target("0")))).isEqualTo("nothing");
    }

    @Test
    void whatIsNoSoundRecordForTheKeyIsAMiss() throws Exception {
        String name = RecordCodec.fileName(KEY, target("1"));
        byte[] sound = RecordCodec.encode(record(KEY, "sound", "1"));
        byte[] damaged = sound.clone();
        damaged[damaged.length / 2] ^= 1;
        try (JedisPooled redis = new JedisPooled(server.uri())) {
            for (byte[] value : List.of(new byte[0], "junk".getBytes(UTF_8), damaged,
                    RecordCodec.encode(record(key("sub@1"), "another key's", "1")))) {
                redis.hset(("kernelwright:record:" + KEY.digest()).getBytes(UTF_8), name.getBytes(UTF_8), value);
                assertThat(store.find(KEY, target("1"))).isEmpty();
            }
            redis.del("kernelwright:record:" + KEY.digest());
            redis.set("kernelwright:record:" + KEY.digest(), "no hash");
            assertThat(store.find(KEY, target("1"))).isEmpty();
        }
    }

    @Test
    void aLeaseIsHeldByOneInTheFleetAndARenewedOneLasts() throws Exception {
        try (Lease _ = store.tryLease(KEY, LONG).orElseThrow(); Jedis redis = new Jedis(server.uri())) {
            for (int renewal = 0; renewal < 2; renewal++) {
                AtomicLong left = new AtomicLong(LEASE.toMillis() + 1);
                // What is left of it falls until it is renewed.
                await(() -> {
                    long now = redis.pttl("kernelwright:lease:" + KEY.digest());
                    assertThat(now).isPositive();
                    return now > left.getAndSet(now);
                });
                assertThat(other.tryLease(KEY, LONG)).isEmpty();
            }
        }
        other.tryLease(KEY, LONG).orElseThrow().close();
    }

    @Test
    void aLeaseThatIsNotRenewedEnds() throws Exception {
        Lease hung = store.tryLease(KEY, Duration.ZERO).orElseThrow();
        await(() -> other.tryLease(KEY, LONG).isPresent());
        hung.close();
        assertThat(store.tryLease(KEY, LONG)).as("a lost lease gives back nothing").isEmpty();
    }

    @Test
    void ofManyThatMissOneKeyOneTunes() throws Exception {
        AtomicInteger generations = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<Void>> members = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                RedisStore mine = i % 2 == 0 ? store : other;
                members.add(() -> {
                    while (mine.find(KEY, target("1")).isEmpty()) {
                        Optional<Lease> lease = mine.tryLease(KEY, LONG);
                        if (lease.isPresent() && mine.find(KEY, target("1")).isEmpty()) {
                            generations.incrementAndGet();
                            Thread.sleep(30);
                            mine.put(record(KEY, "tuned", "1"));
                        }
                        lease.ifPresent(Lease::close);
                        Thread.sleep(5);
                    }
                    return null;
                });
            }
            for (Future<Void> member : threads.invokeAll(members)) {
                member.get();
            }
        }
        assertThat(generations).hasValue(1);
        assertThat(store.problems()).isEmpty();
    }

    /** Waits until so many listen: a message is for those who are there. */
    private void awaitListeners(long count) throws Exception {
        try (Jedis redis = new Jedis(server.uri())) {
            await(() -> redis.pubsubNumSub("kernelwright:published").get("kernelwright:published") == count);
        }
    }

    @Test
    void whatOneMachinePublishesTheOthersHearOfAndItselfNot() throws Exception {
        BlockingQueue<KernelKey> heard = new LinkedBlockingQueue<>();
        BlockingQueue<KernelKey> echo = new LinkedBlockingQueue<>();
        other.onPublished(heard::add);
        store.onPublished(echo::add);
        awaitListeners(2);
        try (Jedis redis = new Jedis(server.uri())) {
            redis.publish("kernelwright:published", "junk");
            redis.publish("kernelwright:published", "somebody\nno key");
        }
        store.put(record(KEY, "new", "1"));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(KEY);
        assertThat(echo).isEmpty();
    }

    @Test
    void aServerThatGoesAwayCostsNobodyAnythingAndIsUsedAgainWhenItIsBack() throws Exception {
        BlockingQueue<KernelKey> heard = new LinkedBlockingQueue<>();
        other.onPublished(heard::add);
        awaitListeners(1);
        store.put(record(KEY, "before", "1"));
        assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(KEY);
        server.stop();

        assertThat(store.find(KEY, target("1"))).isEmpty();
        assertThat(store.tryLease(KEY, LONG)).containsSame(Lease.UNSHARED);
        assertThatIOException().isThrownBy(() -> store.put(record(KEY, "away", "1"))).withMessageContaining("is away");
        assertThat(store.problems()).singleElement().asString().contains(store.location(), "is away");
        for (int i = 0; i < 1_000; i++) {
            assertThat(store.find(KEY, target("1"))).isEmpty();
        }
        // The pauses double, so that ten failures take minutes.
        assertThat(store.problems()).singleElement().asString().containsPattern("; [1-9] failures since the start");

        server.start();
        await(() -> {
            try {
                store.put(record(KEY, "back", "1"));
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(store.problems()).isEmpty();
        await(() -> text(other.find(KEY, target("1"))).equals("back"));
        await(() -> {
            try {
                store.put(record(KEY, "heard of", "1"));
                return heard.poll(100, TimeUnit.MILLISECONDS) != null;
            } catch (IOException | InterruptedException e) {
                return false;
            }
        });
    }

    @Test
    void aServerThatAnswersNothingIsGivenUpWithinASecond() throws Exception {
        long shortest = Long.MAX_VALUE;
        // A busy machine may hold up one try, but not each.
        for (int i = 0; i < 5; i++) {
            try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                    RedisStore waiting = RedisStore.open(URI.create("redis://127.0.0.1:" + silent.getLocalPort()))) {
                long began = System.nanoTime();
                assertThat(waiting.find(KEY, target("1"))).isEmpty();
                shortest = Math.min(shortest, System.nanoTime() - began);
                assertThat(waiting.problems()).hasSize(1);
            }
        }
        assertThat(Duration.ofNanos(shortest)).isLessThan(Duration.ofSeconds(1));
    }

    /** The thread of a closed store must not wait for messages for ever. */
    @Test
    void aStoreThatIsClosedListensNoMore() throws Exception {
        for (int i = 0; i < 200; i++) {
            RedisStore listening = RedisStore.open(server.uri(), LEASE, PATIENT);
            listening.onPublished(_ -> {});
            // So that some are closed before they listen, some while they begin to, and some afterwards.
            LockSupport.parkNanos(i * 50_000L);
            listening.close();
        }
        awaitListeners(0);
    }

    @Test
    void itIsOffUnlessConfiguredAndNamesNoPassword() {
        assertThat(new RedisStoreProvider(Map.of()).open()).isEmpty();
        assertThat(new RedisStoreProvider(Map.of("KERNELWRIGHT_REDIS", " ")).open()).isEmpty();
        assertThat(new RedisStoreProvider(Map.of("KERNELWRIGHT_REDIS", "http://host")).open()).isEmpty();
        try (KernelStore opened = new RedisStoreProvider(
                Map.of("KERNELWRIGHT_REDIS", "redis://me:secret@127.0.0.1:1")).open().orElseThrow()) {
            assertThat(opened.location()).isEqualTo("redis://127.0.0.1:1");
            assertThat(opened.find(KEY)).isEmpty();
            assertThat(opened.problems()).singleElement().asString().doesNotContain("secret");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> RedisStore.open(URI.create("redis:nowhere")))
                .withMessageContaining("redis://host:port");
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + 40_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the deadline").isLessThan(deadline);
            Thread.sleep(50);
        }
    }
}
