package dev.kernelwright.cli;

import dev.kernelwright.cache.CacheLayers;
import dev.kernelwright.cache.CacheLocation;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.LayeredStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which kernel cache a command works on. */
final class CacheOptions {
    @Option(names = "--cache", paramLabel = "DIR", description = "The kernel cache. Default: $KERNELWRIGHT_CACHE, else"
            + " kernelwright in the platform's folder for caches.")
    private @Nullable Path folder;

    /** Returns the cache's folder, which need not exist, and what decided it. */
    CacheLocation location() {
        if (folder != null) {
            return new CacheLocation(folder.toAbsolutePath().normalize(), "--cache");
        }
        try {
            return CacheLocation.ofProcess();
        } catch (IOException e) {
            throw InputException.of(e);
        }
    }

    /** Opens the cache, created if it is not there. */
    DirectoryStore open() {
        try {
            return DirectoryStore.open(location().folder());
        } catch (IOException e) {
            throw InputException.of(e);
        }
    }

    /** Opens the cache, created if it is not there, with its layers. */
    LayeredStore openLayered() {
        try {
            return CacheLayers.ofProcess().open(location().folder());
        } catch (IOException e) {
            throw InputException.of(e);
        }
    }

    /** Opens the cache with its layers if it is there. */
    Optional<LayeredStore> openLayeredIfThere() {
        Optional<DirectoryStore> there = openIfThere();
        there.ifPresent(DirectoryStore::close);
        return there.map(store -> openLayered());
    }

    /** Opens the cache if it is there: a command that only looks creates nothing. */
    Optional<DirectoryStore> openIfThere() {
        Path path = location().folder();
        Path parent = path.getParent();
        // What is below a file is not there either, but is no folder that could be created: let open() say so.
        boolean absent = !Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && (parent == null || !Files.exists(parent) || Files.isDirectory(parent));
        return absent ? Optional.empty() : Optional.of(open());
    }

    /** Opens the cache, which must be there. */
    DirectoryStore openExisting() {
        return openIfThere().orElseThrow(() -> new InputException("a record was asked for, but there is no kernel cache"
                + " at " + location().folder() + ": name one with --cache, or tune something first"));
    }
}
