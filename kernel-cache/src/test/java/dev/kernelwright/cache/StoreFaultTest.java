package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.spi.KernelKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a directory store says and keeps when its folder or its disk is not as it should be. */
class StoreFaultTest {
    private static final KernelKey KEY = Records.key("gelu@1");

    @TempDir
    private Path folder;

    @Test
    void aPathThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatIOException().isThrownBy(() -> DirectoryStore.open(file))
                .withMessage("a kernel cache was asked for at " + file + ", but " + file
                        + " is a file: name a folder, or move the file away");
        assertThat(file).hasContent("mine");
    }

    @Test
    void aPathBelowAFileIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatIOException().isThrownBy(() -> DirectoryStore.open(file.resolve("a").resolve("b")))
                .withMessageContaining("but " + file + " is a file");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void aFolderThatOthersCanWriteIsRefused() throws IOException {
        for (String permissions : new String[]{"rwxrwx---", "rwxr-xrwx", "rwx----w-"}) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
            assertThatIOException().isThrownBy(() -> DirectoryStore.open(folder))
                    .withMessageContaining("can be written by other users (" + permissions + ")")
                    .withMessageContaining("chmod go-w " + folder);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(DirectoryStore.open(folder).problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"records", "pins", "shadows", "trusted-keys", "revoked-keys", "pack-sequences"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void aFolderInItThatOthersCanWriteIsRefusedToo(String part) throws IOException {
        DirectoryStore store = DirectoryStore.open(folder);
        Path inside = Files.createDirectory(folder.resolve(part));
        Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatIOException().isThrownBy(() -> DirectoryStore.open(folder))
                .withMessageContaining("chmod go-w " + inside);
        assertThat(store.problems()).singleElement().asString().contains("chmod go-w " + inside);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void aFolderThatOthersMayWriteLaterIsAProblem() throws IOException {
        DirectoryStore store = DirectoryStore.open(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(store.problems()).singleElement().asString().contains("can be written by other users");
    }

    @Test
    void aFolderOfAnotherUserIsRefused() throws IOException {
        assumeTrue(giveAway(folder), "only the superuser can give a folder to another user");
        assertThatIOException().isThrownBy(() -> DirectoryStore.open(folder))
                .withMessageContaining("belongs to nobody, whose kernels would run here as");
    }

    private static boolean giveAway(Path path) throws IOException {
        UserPrincipal before = Files.getOwner(path);
        try {
            Files.setOwner(path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        } catch (UserPrincipalNotFoundException | FileSystemException | UnsupportedOperationException e) {
            return false;
        }
        return !Files.getOwner(path).equals(before);
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void aFolderThatCannotBeReadIsRefused() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("-wx------"));
        assumeFalse(Files.isReadable(folder), "permissions do not bind the superuser");
        assertThatIOException().isThrownBy(() -> DirectoryStore.open(folder)).withMessageContaining("chmod u+rwx");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Windows has no POSIX permissions")
    void aReadOnlyFolderFindsRecordsAndKeepsNoNewOnes() throws IOException {
        DirectoryStore.open(folder).put(Records.tuned(KEY));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-x------"));
        Path shard = folder.resolve("records").resolve(KEY.digest().substring(0, 2));
        Files.setPosixFilePermissions(shard, PosixFilePermissions.fromString("r-x------"));
        assumeFalse(Files.isWritable(folder), "permissions do not bind the superuser");
        DirectoryStore store = DirectoryStore.open(folder);
        assertThat(store.find(KEY)).isPresent();
        assertThat(store.problems()).singleElement().asString().contains("is read-only");
        assertThatIOException().isThrownBy(() -> store.put(Records.untuned(KEY)))
                .withMessageContaining("where this user may not use");
        Records.assertSame(store.find(KEY).orElseThrow(), Records.tuned(KEY));
    }

    @Test
    void aFolderThatVanishedIsSaidToBeGoneAndIsNotCreatedAgain() throws IOException {
        Path root = folder.resolve("cache");
        DirectoryStore store = DirectoryStore.open(root);
        Files.delete(root);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.keys()).isEmpty();
        assertThat(store.remove(KEY)).isFalse();
        assertThatIOException().isThrownBy(() -> store.put(Records.tuned(KEY)))
                .withMessage("the record " + KEY + " could not be stored in the kernel cache " + root
                        + ", which is gone: create the folder again, or restart, which creates it");
        assertThat(Files.exists(root)).isFalse();
        assertThat(store.problems()).first().asString().contains("is gone");
    }

    @Test
    void aFileInThePlaceOfTheRecordsFolderIsAMissAndIsNotReplaced() throws IOException {
        DirectoryStore store = DirectoryStore.open(folder);
        Path file = Files.writeString(folder.resolve("records"), "in the way");
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.keys()).isEmpty();
        assertThatIOException().isThrownBy(() -> store.put(Records.tuned(KEY))).withMessageContaining(file.toString());
        assertThat(file).hasContent("in the way");
        assertThat(store.problems()).singleElement().asString().contains(file.toString());
    }

    @Test
    void aRecordThatCannotBeReadIsAMissAndIsReported() throws IOException {
        DirectoryStore store = DirectoryStore.open(folder);
        Path shard = folder.resolve("records").resolve(KEY.digest().substring(0, 2));
        Files.createDirectory(folder.resolve("records"));
        // A link to itself: an error that permissions would not give to the superuser.
        Files.createSymbolicLink(shard, shard);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.problems()).singleElement().asString()
                .contains("the record " + KEY + " could not be read in the kernel cache " + folder);
        assertThat(store.keys()).isEmpty();
        assertThatIOException().isThrownBy(() -> store.remove(KEY)).withMessageContaining("could not be removed");
    }

    /** Whether the clock was ahead when the record was made or is behind now, nobody can tell. */
    @Test
    void aRecordFromTheFutureIsFoundAndIsAProblemOfTheClock() throws IOException {
        DirectoryStore.open(folder).put(Records.untuned(KEY));
        Instant made = Records.untuned(KEY).created();
        DirectoryStore behind = DirectoryStore.open(folder, Disk.REAL,
                StoreSettings.DEFAULT.withClock(() -> made.minus(Duration.ofHours(25))));
        assertThat(behind.find(KEY)).isPresent();
        assertThat(behind.keys()).containsExactly(KEY);
        assertThat(behind.problems()).singleElement().asString()
                .contains("was made at " + made, "set the clock", "the latest of 2 since the start");
        DirectoryStore slightly = DirectoryStore.open(folder, Disk.REAL,
                StoreSettings.DEFAULT.withClock(() -> made.minus(Duration.ofHours(23))));
        assertThat(slightly.find(KEY)).isPresent();
        assertThat(slightly.problems()).isEmpty();
    }

    /** As the file system says it, since permissions do not bind the superuser, under whom tests may run. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "Read-only file system | which is on a read-only file system: mount it for writing",
            "Disk quota exceeded | where your quota is used up: free some space",
            "Too many open files | where the file system said 'FileSystemException:",
    })
    void whatTheFileSystemRefusesIsAProblemWithItsCure(String reason, String cure) throws IOException {
        assertProblem(new FileSystemException("a file", null, reason), cure);
    }

    @Test
    void whatThisUserMayNotUseIsAProblemWithItsCure() throws IOException {
        assertProblem(new AccessDeniedException("a file"), "where this user may not use a file: correct its");
    }

    private void assertProblem(IOException refusal, String cure) throws IOException {
        DirectoryStore store = DirectoryStore.open(folder, new ForwardingDisk(Disk.REAL) {
            @Override
            public List<Path> list(Path path, String pattern) throws IOException {
                throw refusal;
            }

            @Override
            public void writeNew(Path file, byte[] bytes) throws IOException {
                throw refusal;
            }
        }, StoreSettings.DEFAULT);
        assertThat(store.find(KEY)).isEmpty();
        assertThat(store.tryLease(KEY, Duration.ofMinutes(1))).isPresent();
        assertThatIOException().isThrownBy(() -> store.put(Records.tuned(KEY))).withMessageContaining(cure);
        assertThat(store.problems()).filteredOn(problem -> problem.endsWith("(the latest of 1 since the start)"))
                .as("one each of finding, of the lease and of storing, in %s", store.problems()).hasSize(3)
                .allSatisfy(problem -> assertThat(problem).contains(cure));
    }

    @ParameterizedTest
    @EnumSource(names = {"WRITE", "RENAME"})
    void aFullDiskKeepsWhatWasThereAndLeavesNoTemporary(Step failing) throws IOException {
        FailingDisk disk = new FailingDisk();
        DirectoryStore store = DirectoryStore.open(folder, disk, StoreSettings.DEFAULT);
        store.put(Records.tuned(KEY));
        List<Path> before = files();
        disk.failing = failing;
        assertThatIOException().isThrownBy(() -> store.put(Records.untuned(KEY)))
                .withMessage("the record " + KEY + " could not be stored in the kernel cache " + folder
                        + ", whose disk is full: free some space, or keep the cache (KERNELWRIGHT_CACHE) on another"
                        + " disk");
        assertThat(files()).isEqualTo(before);
        Records.assertSame(store.find(KEY).orElseThrow(), Records.tuned(KEY));
        assertThat(store.problems()).singleElement().asString().contains("whose disk is full");
        disk.failing = null;
        store.put(Records.untuned(KEY));
        assertThat(store.problems()).as("once there is room").isEmpty();
    }

    @Test
    void aRecordWhoseNameMayNotBeDurableIsThereAndIsReported() throws IOException {
        FailingDisk disk = new FailingDisk();
        DirectoryStore store = DirectoryStore.open(folder, disk, StoreSettings.DEFAULT);
        disk.failing = Step.FORCE_FOLDER;
        store.put(Records.tuned(KEY));
        Records.assertSame(store.find(KEY).orElseThrow(), Records.tuned(KEY));
        assertThat(store.problems()).singleElement().asString().contains("might be lost with a loss of power");
        assertThat(store.remove(KEY)).isTrue();
        assertThat(store.problems()).singleElement().asString().contains("might be back after a loss of power");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    enum Step {
        WRITE, RENAME, FORCE_FOLDER
    }

    /** A disk that is full from one step on; it writes half of what it is given. */
    private static final class FailingDisk extends ForwardingDisk {
        private @Nullable Step failing;

        FailingDisk() {
            super(REAL);
        }

        @Override
        public void writeNew(Path file, byte[] bytes) throws IOException {
            if (failing == Step.WRITE) {
                super.writeNew(file, Arrays.copyOf(bytes, bytes.length / 2));
                // What the JDK throws when write() fails with ENOSPC: no path, and the system's words.
                throw new IOException("No space left on device");
            }
            super.writeNew(file, bytes);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            if (failing == Step.RENAME) {
                throw new FileSystemException(from.toString(), to.toString(), "No space left on device");
            }
            super.rename(from, to);
        }

        @Override
        public void forceFolder(Path path) throws IOException {
            if (failing == Step.FORCE_FOLDER) {
                throw new IOException("Input/output error");
            }
            super.forceFolder(path);
        }
    }
}
