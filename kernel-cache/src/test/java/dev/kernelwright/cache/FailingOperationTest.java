package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A session with a cache in which the Nth operation on files fails, for every N, once and for ever after. */
class FailingOperationTest {
    private static final KernelKey KEY = Records.key("norm@1");
    private static final KernelKey OTHER = Records.key("other@1");
    private static final String OLD = "old";
    private static final String NEW = "new";

    @TempDir
    private Path folder;

    /** How operations fail. */
    enum Fault {
        EIO("Input/output error"),
        ENOSPC("No space left on device"),
        EMFILE("Too many open files"),
        EACCES("Permission denied"),
        /** As much as fits is written, and then there is no space. */
        SHORT_WRITE("No space left on device");

        final String reason;

        Fault(String reason) {
            this.reason = reason;
        }
    }

    /** A disk whose operations fail from one on. */
    private static final class FaultyDisk extends ForwardingDisk {
        private final Fault fault;
        private final long firstFailing;
        private final boolean forEver;
        private long operations;

        FaultyDisk(Fault fault, long firstFailing, boolean forEver) {
            super(REAL);
            this.fault = fault;
            this.firstFailing = firstFailing;
            this.forEver = forEver;
        }

        private synchronized boolean isFailing() {
            operations++;
            return operations == firstFailing || (forEver && operations > firstFailing);
        }

        private void step(Path path) throws IOException {
            if (isFailing()) {
                throw new FileSystemException(path.toString(), null, fault.reason);
            }
        }

        @Override
        public boolean createFolder(Path path) throws IOException {
            step(path);
            return super.createFolder(path);
        }

        @Override
        public void writeNew(Path file, byte[] bytes) throws IOException {
            if (isFailing()) {
                if (fault == Fault.SHORT_WRITE) {
                    super.writeNew(file, Arrays.copyOf(bytes, bytes.length / 2));
                }
                throw new IOException(fault.reason);
            }
            super.writeNew(file, bytes);
        }

        @Override
        public void overwrite(Path file, byte[] bytes) throws IOException {
            step(file);
            super.overwrite(file, bytes);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            step(from);
            super.rename(from, to);
        }

        @Override
        public void forceFolder(Path path) throws IOException {
            step(path);
            super.forceFolder(path);
        }

        @Override
        public boolean delete(Path file) throws IOException {
            step(file);
            return super.delete(file);
        }

        @Override
        public Status status(Path file) throws IOException {
            step(file);
            return super.status(file);
        }

        @Override
        public byte[] read(Path file, int maxBytes) throws IOException {
            step(file);
            return super.read(file, maxBytes);
        }

        @Override
        public void touch(Path file, Instant modified) throws IOException {
            step(file);
            super.touch(file, modified);
        }

        @Override
        public List<Path> list(Path path, String pattern) throws IOException {
            step(path);
            return super.list(path, pattern);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noCallThrowsAndNothingHalfWrittenIsEverFound(Fault fault) throws IOException {
        long operations = session(new FaultyDisk(fault, Long.MAX_VALUE, false), 0);
        assertThat(operations).as("operations of a session in which none fails").isGreaterThan(30);
        for (long failing = 1; failing <= operations; failing++) {
            session(new FaultyDisk(fault, failing, false), failing);
            session(new FaultyDisk(fault, failing, true), failing);
        }
    }

    /** Everything that a process does with a cache; returns how many operations that took. */
    private long session(FaultyDisk disk, long number) throws IOException {
        Path root = Files.createTempDirectory(folder, "cache" + number + "-");
        DirectoryStore sound = DirectoryStore.open(root);
        sound.put(record(KEY, OLD));
        Files.writeString(Files.createDirectories(root.resolve("records").resolve(OTHER.digest().substring(0, 2)))
                .resolve(OTHER.digest() + ".json"), "damaged");

        // Only put, remove, pin and setAside may say that they could not; everything else answers.
        LayeredStore layered = new LayeredStore(DirectoryStore.onDisk(root, disk, StoreSettings.DEFAULT),
                List.of(), Optional.empty(), new FaultLog());
        try (MemoryFrontStore store = new MemoryFrontStore(layered)) {
            store.find(OTHER, Records.TARGET);
            store.find(KEY, Records.TARGET).ifPresent(found -> assertThat(text(found)).isEqualTo(OLD));
            Optional<Lease> lease = store.tryLease(KEY, Duration.ofMinutes(1));
            tolerate(() -> store.put(record(KEY, NEW)));
            lease.ifPresent(Lease::close);
            assertThat(store.find(KEY, Records.TARGET)).isPresent().get()
                    .satisfies(found -> assertThat(text(found)).isEqualTo(NEW));
            StoredRecord stored = store.find(KEY, Records.TARGET).orElseThrow();
            tolerate(() -> ((DirectoryStore) layered.own()).pin(stored));
            tolerate(() -> ((DirectoryStore) layered.own()).unpin(KEY));
            tolerate(() -> store.setAside(new StoredRecord(record(OTHER, "imported"), "a pack", true), "wrong"));
            store.keys();
            store.problems();
        }
        // Whatever happened: the next process finds the old record or the new one, and can put another.
        DirectoryStore after = DirectoryStore.open(root);
        assertThat(after.find(KEY)).isPresent().get()
                .satisfies(record -> assertThat(record.kernel().source().text()).isIn(OLD, NEW));
        // The pin may be there although it was said not to be, or still be there.
        after.unpin(KEY);
        after.put(record(KEY, OLD));
        assertThat(after.find(KEY).orElseThrow().kernel().source().text()).isEqualTo(OLD);
        return disk.operations;
    }

    private interface Action {
        void run() throws IOException;
    }

    /** An {@link IOException} that says why is an answer. */
    private static void tolerate(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    private static String text(StoredRecord stored) {
        return stored.record().kernel().source().text();
    }

    private static TuningRecord record(KernelKey key, String text) {
        return Records.tuned(key, text);
    }
}
