package dev.kernelwright.cache;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folders of a cache on disk: created for their owner alone, and refused where others could put kernels into them.
 *
 * <p>What is found in a cache is loaded and run, so whoever can write there can run code as this user. Where there are
 * no POSIX permissions (Windows), the platform's folder for caches is the user's own already, and nothing is checked.
 */
final class CacheFolder {
    private static final String SUPERUSER = "root";
    /** The folders in a root that decide which kernels run. */
    private static final List<String> PARTS = List.of("records", "pins", "shadows", "trusted-keys", "revoked-keys",
            "pack-sequences");

    private CacheFolder() {}

    /**
     * Creates a cache's root folder unless it is there, and checks that it can be used.
     *
     * @throws IOException if it cannot; the message is one sentence with the cure
     */
    static void open(Path root) throws IOException {
        Path file = nearestFile(root);
        if (file != null) {
            throw new IOException("a kernel cache was asked for at " + root + ", but " + file
                    + " is a file: name a folder, or move the file away");
        }
        try {
            Files.createDirectories(root, ownerOnly("rwx------"));
        } catch (IOException e) {
            throw new IOException("a kernel cache was asked for at " + root + ", which could not be created ("
                    + e.getClass().getSimpleName() + ": " + e.getMessage()
                    + "): name a folder that you may create", e);
        }
        if (!Files.isReadable(root) || !Files.isExecutable(root)) {
            throw new IOException("a kernel cache was asked for at " + root + ", which this user may not read: run"
                    + " 'chmod u+rwx " + root + "', or name another folder");
        }
        String distrust = distrust(root);
        if (distrust != null) {
            throw new IOException(distrust);
        }
    }

    /**
     * Checks that a folder or file is there, and that nobody but its owner can write it.
     *
     * @throws IOException if not so; the message is one sentence with the cure
     */
    static void requireTrusted(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("a layer of the kernel cache was asked for at " + path
                    + ", where there is nothing: name a folder or a pack that is there");
        }
        String distrust = distrust(path);
        if (distrust != null) {
            throw new IOException(distrust);
        }
    }

    /** Returns what is wrong now with a root folder that was opened, a sentence each. */
    static List<String> problems(Path root) {
        if (!Files.isDirectory(root)) {
            return List.of("the kernel cache " + root
                    + " is gone: create the folder again, or restart, which creates it");
        }
        List<String> problems = new ArrayList<>();
        try {
            String distrust = distrust(root);
            if (distrust != null) {
                problems.add(distrust);
            }
        } catch (IOException e) {
            problems.add(DiskFaults.sentence("the owner could not be read", root, e));
        }
        if (!Files.isWritable(root)) {
            problems.add(
                    "the kernel cache " + root + " is read-only: kernels are found there but new ones are not kept;"
                            + " make it writable, or set " + CacheLocation.VARIABLE + " to a folder that is");
        }
        return List.copyOf(problems);
    }

    /** Creates one folder for the owner alone unless it is there; returns whether it was created. */
    static boolean create(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, ownerOnly("rwx------"));
            return true;
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(folder)) {
                return false;
            }
            throw e;
        }
    }

    /** Creates an empty file for the owner alone, which must not be there. */
    static void createFile(Path file) throws IOException {
        Files.createFile(file, ownerOnly("rw-------"));
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return hasPosix()
                ? new FileAttribute<?>[]{
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }

    /** Returns whether the file system has POSIX permissions. */
    static boolean hasPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }

    /** Returns the path, or the nearest folder above it that should be, if it is there and is no folder. */
    private static @Nullable Path nearestFile(Path path) {
        Path there = path;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return there == null || Files.isDirectory(there) ? null : there;
    }

    /** Returns why others could put kernels into a root or a folder in it; null if they could not. */
    private static @Nullable String distrust(Path root) throws IOException {
        if (!hasPosix()) {
            return null;
        }
        String distrust = distrustAlone(root);
        for (String part : PARTS) {
            if (distrust == null && Files.isDirectory(root.resolve(part))) {
                distrust = distrustAlone(root.resolve(part));
            }
        }
        return distrust;
    }

    private static @Nullable String distrustAlone(Path root) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(root);
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            return "the kernel cache " + root + " can be written by other users (" + PosixFilePermissions.toString(
                    permissions) + "), whose kernels would run here: run 'chmod go-w " + root
                    + "', or name a folder in it that does not exist yet";
        }
        UserPrincipal owner = Files.getOwner(root);
        UserPrincipal user = currentUser(root);
        if (user != null && !owner.equals(user) && !owner.getName().equals(SUPERUSER)) {
            return "the kernel cache " + root + " belongs to " + owner.getName() + ", whose kernels would run here as "
                    + user.getName() + ": name a folder of your own, for example one in it that does not exist yet";
        }
        return null;
    }

    /** Returns the user of this process; null if it has no name, as in some containers, which have no other user. */
    private static @Nullable UserPrincipal currentUser(Path path) throws IOException {
        try {
            return path.getFileSystem().getUserPrincipalLookupService()
                    .lookupPrincipalByName(System.getProperty("user.name", ""));
        } catch (UserPrincipalNotFoundException e) {
            return null;
        }
    }
}
