package dev.kernelwright.cache.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.cache.RecordCodec;
import dev.kernelwright.cache.RecordFormatException;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPooled;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A store of tuning records that several machines share, on a Redis or Valkey server.
 *
 * <p>{@code kernelwright:record:<key's digest>} is a hash with the files of the key's records by their names;
 * {@code kernelwright:lease:<key's digest>} is who tunes the key, and expires; {@code kernelwright:published} is the
 * channel on which new records are announced. What others have put there is believed no more than a file: it must be a
 * sound record for the key, and the runtime rechecks it.
 *
 * <p>While the server is away, nothing is found, every lease is granted, and putting throws; it is asked again with
 * growing pauses.
 */
public final class RedisStore implements KernelStore {
    private static final Logger LOG = LoggerFactory.getLogger(RedisStore.class);
    private static final String RECORD = "kernelwright:record:";
    private static final String LEASE = "kernelwright:lease:";
    private static final String PUBLISHED = "kernelwright:published";
    private static final int CONNECT_MILLIS = 300;
    /** A call that binds an op waits for it at most this long, and that once: then the server is left alone. */
    private static final Duration ANSWER = Duration.ofMillis(500);
    private static final int MAX_CONNECTIONS = 4;
    /** The drivers of one key; a hash with more was filled by something else. */
    private static final int MAX_RECORDS_PER_KEY = 64;
    private static final int MAX_KEYS = 100_000;
    private static final int KEYS_PER_SCAN = 1_000;
    private static final int MAX_MESSAGE_CHARS = 100_000;
    private static final Duration LEASE_LENGTH = Duration.ofSeconds(10);
    private static final int RENEWALS_PER_LEASE = 3;
    private static final String RENEW_IF_MINE =
            "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end";
    private static final String DELETE_IF_MINE =
            "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end";

    private final String location;
    private final JedisPooled redis;
    private final Availability availability;
    private final Duration leaseLength;
    private final String instance = UUID.randomUUID().toString();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable JedisPubSub subscription;

    private RedisStore(String location, JedisPooled redis, Duration leaseLength) {
        this.location = location;
        this.redis = redis;
        this.availability = new Availability(location);
        this.leaseLength = leaseLength;
    }

    /**
     * Opens a store. The server is not asked before the first record is.
     *
     * @param server {@code redis[s]://[user:password@]host[:port][/database]}
     * @throws IllegalArgumentException if that names no server
     */
    public static RedisStore open(URI server) {
        return open(server, LEASE_LENGTH, ANSWER);
    }

    static RedisStore open(URI server, Duration leaseLength, Duration answer) {
        boolean tls = "rediss".equals(server.getScheme());
        if (server.getHost() == null || (!tls && !"redis".equals(server.getScheme()))) {
            throw new IllegalArgumentException(
                    "a shared kernel store was asked for at a URI that names no Redis server:"
                            + " use redis://host:port");
        }
        HostAndPort address = new HostAndPort(server.getHost(), server.getPort() < 0 ? 6379 : server.getPort());
        JedisClientConfig config = DefaultJedisClientConfig.builder().connectionTimeoutMillis(CONNECT_MILLIS)
                .socketTimeoutMillis((int) answer.toMillis()).user(JedisURIHelper.getUser(server))
                .password(JedisURIHelper.getPassword(server)).database(JedisURIHelper.getDBIndex(server)).ssl(tls)
                .clientName("kernelwright").build();
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(MAX_CONNECTIONS);
        pool.setMaxWait(answer);
        pool.setJmxEnabled(false);
        return new RedisStore(server.getScheme() + "://" + address, new JedisPooled(pool, address, config),
                leaseLength);
    }

    /** Asks the server, unless it is being left alone; returns the other answer if it does not answer. */
    private <T> T ask(Function<JedisPooled, T> question, T otherwise) {
        if (!availability.isWorthAsking()) {
            return otherwise;
        }
        try {
            T answer = question.apply(redis);
            availability.succeeded();
            return answer;
        } catch (JedisException e) {
            availability.failed(e);
            return otherwise;
        }
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return newest(key, names(key), record -> true);
    }

    @Override
    public Optional<StoredRecord> find(KernelKey key, Target target) {
        return newest(key, Set.of(RecordCodec.fileName(key, target)), record -> true)
                .or(() -> newest(key, names(key), record -> target.tooEarlyFor(record.target()).isEmpty()))
                .map(record -> new StoredRecord(record, location, true));
    }

    private Set<String> names(KernelKey key) {
        String hash = RECORD + key.digest();
        return ask(jedis -> jedis.hlen(hash) > MAX_RECORDS_PER_KEY ? Set.of() : jedis.hkeys(hash), Set.of());
    }

    private Optional<TuningRecord> newest(KernelKey key, Set<String> names,
            Function<TuningRecord, Boolean> fits) {
        return names.stream().flatMap(name -> read(RECORD + key.digest(), name))
                .filter(record -> record.key().equals(key) && fits.apply(record))
                .max(Comparator.comparing(TuningRecord::created));
    }

    private Stream<TuningRecord> read(String hashName, String name) {
        byte[] hash = hashName.getBytes(UTF_8);
        byte[] field = name.getBytes(UTF_8);
        byte[] file = ask(jedis -> {
            // First its length: the answer would be in memory as a whole.
            long bytes = jedis.hstrlen(hash, field);
            return bytes == 0 || bytes > RecordCodec.MAX_BYTES ? new byte[0] : jedis.hget(hash, field);
        }, new byte[0]);
        if (file == null || file.length == 0) {
            return Stream.empty();
        }
        try {
            return Stream.of(RecordCodec.decode(file));
        } catch (RecordFormatException e) {
            LOG.debug("the record {} of {} in {} is not used: {}", name, hashName, location, e.getMessage());
            return Stream.empty();
        }
    }

    /** {@inheritDoc} Other processes that listen are told. */
    @Override
    public void put(TuningRecord record) throws IOException {
        KernelKey key = record.key();
        byte[] file;
        try {
            file = RecordCodec.encode(record);
        } catch (RecordFormatException e) {
            throw new IOException("the record " + key + " could not be stored in " + location + ", because "
                    + e.getMessage(), e);
        }
        byte[] hash = (RECORD + key.digest()).getBytes(UTF_8);
        byte[] field = RecordCodec.fileName(key, record.target()).getBytes(UTF_8);
        boolean stored = ask(jedis -> {
            jedis.hset(hash, field, file);
            jedis.publish(PUBLISHED, instance + "\n" + key.text());
            return true;
        }, false);
        if (!stored) {
            throw new IOException(availability.problem().orElse("the shared kernel store " + location + " is away"));
        }
    }

    @Override
    public boolean remove(KernelKey key) throws IOException {
        return ask(jedis -> jedis.del(RECORD + key.digest()) > 0, false);
    }

    @Override
    public Optional<Lease> tryLease(KernelKey key, Duration longest) {
        String name = LEASE + key.digest();
        String owner = UUID.randomUUID().toString();
        Optional<Boolean> taken = ask(jedis -> Optional.of(
                "OK".equals(jedis.set(name, owner, SetParams.setParams().nx().px(leaseLength.toMillis())))),
                Optional.empty());
        if (taken.isEmpty()) {
            return Optional.of(Lease.UNSHARED);
        }
        return taken.get() ? Optional.of(new RedisLease(name, owner, longest)) : Optional.empty();
    }

    /** A lease that is held, and the thread that renews it. */
    private final class RedisLease implements Lease {
        private final String name;
        private final String owner;
        private final CountDownLatch ended = new CountDownLatch(1);

        RedisLease(String name, String owner, Duration longest) {
            this.name = name;
            this.owner = owner;
            long endNanos = System.nanoTime() + longest.toNanos();
            Thread.ofVirtual().name("kernelwright-redis-lease").start(() -> renewUntil(endNanos));
        }

        private void renewUntil(long endNanos) {
            try {
                while (System.nanoTime() < endNanos) {
                    if (ended.await(leaseLength.toMillis() / RENEWALS_PER_LEASE, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                    ask(jedis -> jedis.eval(RENEW_IF_MINE, List.of(name),
                            List.of(owner, Long.toString(leaseLength.toMillis()))), 0L);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            ended.countDown();
            ask(jedis -> jedis.eval(DELETE_IF_MINE, List.of(name), List.of(owner)), 0L);
        }
    }

    /** {@inheritDoc} What is published while the server is away is not heard of, but found when it is next bound. */
    @Override
    public void onPublished(Consumer<KernelKey> listener) {
        Thread.ofVirtual().name("kernelwright-redis-listener").start(() -> listen(listener));
    }

    private void listen(Consumer<KernelKey> listener) {
        try {
            do {
                if (availability.isWorthAsking()) {
                    ask(jedis -> {
                        JedisPubSub current = new Announcements(listener);
                        subscription = current;
                        // Returns when the connection is lost or the store closed.
                        jedis.subscribe(current, PUBLISHED);
                        return true;
                    }, false);
                }
            } while (!closed.await(Math.max(100, availability.pause().toMillis()), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The messages of the channel. */
    private final class Announcements extends JedisPubSub {
        private final Consumer<KernelKey> listener;

        Announcements(Consumer<KernelKey> listener) {
            this.listener = listener;
        }

        @Override
        public void onSubscribe(String channel, int count) {
            availability.succeeded();
            if (closed.getCount() == 0) {
                // While it was being made.
                unsubscribe();
            }
        }

        @Override
        public void onMessage(String channel, String message) {
            if (message.startsWith(instance) || message.length() > MAX_MESSAGE_CHARS) {
                return;
            }
            try {
                listener.accept(readKey(message));
            } catch (RuntimeException e) {
                LOG.debug("an announcement in {} could not be acted on", location, e);
            }
        }
    }

    /** Reads an announcement: the sender on the first line, then a key's text. */
    private static KernelKey readKey(String message) {
        Map<String, String> fields = new LinkedHashMap<>();
        message.lines().skip(1).forEach(line -> {
            int at = line.indexOf('=');
            fields.put(line.substring(0, at), line.substring(at + 1));
        });
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("an announcement without a key");
        }
        return new KernelKey(fields);
    }

    /** Returns the keys of the readable records, but of the first {@value #MAX_KEYS} that the server names at most. */
    @Override
    public List<KernelKey> keys() {
        Set<KernelKey> keys = new LinkedHashSet<>();
        ScanParams pattern = new ScanParams().match(RECORD + "*").count(KEYS_PER_SCAN);
        String cursor = ScanParams.SCAN_POINTER_START;
        int named = 0;
        do {
            String from = cursor;
            ScanResult<String> part = ask(jedis -> jedis.scan(from, pattern),
                    new ScanResult<>(ScanParams.SCAN_POINTER_START, List.of()));
            for (String hash : part.getResult()) {
                readKeyOf(hash).ifPresent(keys::add);
            }
            named += part.getResult().size();
            cursor = part.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START) && named < MAX_KEYS);
        return List.copyOf(keys);
    }

    private Optional<KernelKey> readKeyOf(String hash) {
        Set<String> names = ask(jedis -> jedis.hlen(hash) > MAX_RECORDS_PER_KEY ? Set.of() : jedis.hkeys(hash),
                Set.of());
        // Of several drivers' records, any that is sound.
        return names.stream().flatMap(name -> read(hash, name)).map(TuningRecord::key).findFirst();
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public List<String> problems() {
        return availability.problem().stream().toList();
    }

    @Override
    public void close() {
        closed.countDown();
        JedisPubSub current = subscription;
        if (current != null && current.isSubscribed()) {
            try {
                current.unsubscribe();
            } catch (JedisException e) {
                // The connection is gone, and with it the subscription.
            }
        }
        redis.close();
    }
}
