package dev.kernelwright.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.MemoryFrontStore;
import dev.kernelwright.cache.Pack;
import dev.kernelwright.cache.PackException;
import dev.kernelwright.cache.PackWriter;
import dev.kernelwright.cache.RecordCodec;
import dev.kernelwright.cache.RecordFormatException;
import dev.kernelwright.cache.TrustedKeys;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The kernel cache beside what one would otherwise take: a plain Caffeine cache for a hit in memory (target: under 100 ns
 * and 0 bytes), SQLite for a hit on disk (target: under 1 ms) and for opening.
 *
 * <p>The directory has {@value #FILES} records (target for opening it: under 200 ms), the pack {@value #PACKED} (target
 * for mounting it: under 100 ms). All are in the file system's cache.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up methods first
public class CacheBenchmark {
    private static final int FILES = 100_000;
    private static final int PACKED = 10_000;
    /** How many records a hit goes through in turn. */
    private static final int IN_TURN = 512;

    /** A folder that is removed afterwards. */
    @State(Scope.Benchmark)
    public static class Folder {
        private Path path;

        /** Creates the folder. */
        @Setup(Level.Trial)
        public void create() throws IOException {
            path = Files.createTempDirectory("kernelwright-benchmark");
        }

        /** Removes it. */
        @TearDown(Level.Trial)
        public void remove() throws IOException {
            try (Stream<Path> files = Files.walk(path)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** A directory store with many records, and a few of them in memory. */
    @State(Scope.Benchmark)
    public static class Records {
        private Path root;
        private List<KernelKey> keys;
        private DirectoryStore disk;
        private MemoryFrontStore memory;
        private Cache<KernelKey, TuningRecord> caffeine;
        private int next;

        /** Writes the records, as {@link DirectoryStore#put} does but without waiting for the disk. */
        @Setup(Level.Trial)
        public void fill(Folder folder) throws IOException, RecordFormatException {
            root = folder.path.resolve("cache");
            DirectoryStore.open(root).close();
            for (int i = 0; i < FILES; i++) {
                TuningRecord record = SampleRecords.record(i);
                Path shard = root.resolve("records").resolve(record.key().digest().substring(0, 2));
                Files.createDirectories(shard);
                Files.write(shard.resolve(RecordCodec.fileName(record.key(), record.target())),
                        RecordCodec.encode(record));
            }
            disk = DirectoryStore.open(root);
            memory = new MemoryFrontStore(disk);
            caffeine = Caffeine.newBuilder().maximumSize(10_000).executor(Runnable::run).build();
            keys = new ArrayList<>();
            for (int i = 0; i < IN_TURN; i++) {
                KernelKey key = SampleRecords.record(i).key();
                keys.add(key);
                caffeine.put(key, memory.find(key, SampleRecords.TARGET).orElseThrow().record());
            }
        }

        private KernelKey key() {
            next = (next + 1) % IN_TURN;
            return keys.get(next);
        }
    }

    /** The same records in a database, by digest. */
    @State(Scope.Benchmark)
    public static class Database {
        private String url;
        private Connection connection;
        private PreparedStatement select;

        /** Fills the database in one transaction. */
        @Setup(Level.Trial)
        public void fill(Folder folder) throws SQLException, RecordFormatException {
            url = "jdbc:sqlite:" + folder.path.resolve("cache.db");
            connection = DriverManager.getConnection(url);
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA journal_mode=WAL");
                statement.execute("CREATE TABLE records(digest TEXT PRIMARY KEY, file BLOB) WITHOUT ROWID");
            }
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO records VALUES(?, ?)")) {
                for (int i = 0; i < FILES; i++) {
                    TuningRecord record = SampleRecords.record(i);
                    insert.setString(1, record.key().digest());
                    insert.setBytes(2, RecordCodec.encode(record));
                    insert.executeUpdate();
                }
            }
            connection.commit();
            connection.setAutoCommit(true);
            select = connection.prepareStatement("SELECT file FROM records WHERE digest = ?");
        }

        /** Closes the database. */
        @TearDown(Level.Trial)
        public void close() throws SQLException {
            connection.close();
        }
    }

    /** A signed pack. */
    @State(Scope.Benchmark)
    public static class Packed {
        private Path file;
        private TrustedKeys trust;

        /** Writes and signs the pack. */
        @Setup(Level.Trial)
        public void write(Folder folder) throws IOException, PackException, GeneralSecurityException {
            List<TuningRecord> records = new ArrayList<>();
            for (int i = 0; i < PACKED; i++) {
                records.add(SampleRecords.record(i));
            }
            file = folder.path.resolve("pack.kwpack");
            KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            PackWriter.write(file, new PackWriter.Label("pack", 1, Instant.EPOCH, null, "Apache-2.0"), records);
            PackWriter.sign(file, keys.getPrivate(), keys.getPublic());
            trust = TrustedKeys.of(folder.path);
            trust.trust(keys.getPublic(), null);
        }
    }

    /** Finds a record in memory. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public Optional<StoredRecord> memoryHit(Records records) {
        return records.memory.find(records.key(), SampleRecords.TARGET);
    }

    /** Finds a record in a plain Caffeine cache. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public @Nullable TuningRecord memoryHitOfPlainCaffeine(Records records) {
        return records.caffeine.getIfPresent(records.key());
    }

    /** Finds a record on disk: opens, reads, checks its digest and key, and parses it. */
    @Benchmark
    public Optional<StoredRecord> diskHit(Records records) {
        return records.disk.find(records.key(), SampleRecords.TARGET);
    }

    /** Finds a record in SQLite through a prepared statement on an open connection, checks and parses it. */
    @Benchmark
    public TuningRecord diskHitOfSqlite(Records records, Database database)
            throws SQLException, RecordFormatException {
        database.select.setString(1, records.key().digest());
        try (ResultSet result = database.select.executeQuery()) {
            result.next();
            return RecordCodec.decode(result.getBytes(1));
        }
    }

    /** Opens the directory, up to where the first look-up could begin. */
    @Benchmark
    public DirectoryStore openDirectory(Records records) throws IOException {
        DirectoryStore store = DirectoryStore.open(records.root);
        store.close();
        return store;
    }

    /** Opens the database and prepares the statement. */
    @Benchmark
    public void openSqlite(Database database) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.url)) {
            connection.prepareStatement("SELECT file FROM records WHERE digest = ?").close();
        }
    }

    /** Mounts the pack: checks its signature, every byte's digest, and its list of files. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    public Pack mountPack(Packed packed) throws IOException, PackException {
        Pack pack = Pack.mount(packed.file, packed.trust, Instant.EPOCH);
        pack.close();
        return pack;
    }
}
