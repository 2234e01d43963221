package dev.kernelwright.cache;

import dev.kernelwright.cache.FaultLog.Kind;
import dev.kernelwright.spi.KernelStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.UUID;

/**
 * The layers of a cache: the user's directory, then what {@link #VARIABLE} names in its order, then the packs that were
 * imported in the order of their names, then the shared store if one is configured.
 *
 * <p>A layer that cannot be used is left out, which is a problem and, once, a line in the log.
 */
public final class CacheLayers {
    /** The environment variable that names read-only folders and packs, apart as in {@code PATH}. */
    public static final String VARIABLE = "KERNELWRIGHT_LAYERS";
    /** The folder of the user's directory that holds the packs which were imported. */
    public static final String PACKS = "packs";

    private final String named;
    private final List<SharedStoreProvider> sharedProviders;

    CacheLayers(Map<String, String> environment, List<SharedStoreProvider> sharedProviders) {
        this.named = environment.getOrDefault(VARIABLE, "");
        this.sharedProviders = List.copyOf(sharedProviders);
    }

    /** Returns the layers that this process is configured to have. */
    public static CacheLayers ofProcess() {
        return new CacheLayers(System.getenv(),
                ServiceLoader.load(SharedStoreProvider.class).stream().map(ServiceLoader.Provider::get).toList());
    }

    /**
     * Opens the layers over a user's directory, which is created if it is not there.
     *
     * @throws IOException if the user's directory cannot be used; the message is one sentence with the cure
     */
    public LayeredStore open(Path root) throws IOException {
        DirectoryStore own = DirectoryStore.open(root);
        FaultLog faults = new FaultLog();
        List<Layer> layers = new ArrayList<>();
        try {
            TrustedKeys trust = TrustedKeys.of(own.root());
            for (Path path : paths(own.root(), faults)) {
                mount(path, trust, own.clock().instant(), faults).ifPresent(layers::add);
            }
        } catch (IOException e) {
            faults.warn(Kind.LAYER_REFUSED, DiskFaults.sentence("packs could not be looked for", own.root(), e));
        }
        return new LayeredStore(own, layers, shared(), faults);
    }

    /** Puts the layers that need no user's directory, folders and the shared store, below another store. */
    LayeredStore over(KernelStore own) {
        FaultLog faults = new FaultLog();
        List<Layer> layers = new ArrayList<>();
        for (Path path : namedPaths(faults)) {
            if (path.toString().endsWith(Pack.SUFFIX)) {
                faults.warn(Kind.LAYER_REFUSED,
                        "the pack " + path + " is not used, as the keys that are trusted would be"
                                + " in the user's directory, which cannot be used: see to that");
            } else {
                openFolder(path, faults).ifPresent(layers::add);
            }
        }
        return new LayeredStore(own, layers, shared(), faults);
    }

    /**
     * Copies a pack into a user's directory, from where it is mounted from now on, in the place of an earlier edition.
     *
     * @return what the pack says of itself
     * @throws PackException if it must not be used
     * @throws IOException if it could not be copied
     */
    public static PackManifest importPack(Path root, Path pack, Instant now) throws PackException, IOException {
        TrustedKeys trust = TrustedKeys.of(root);
        Path folder = root.resolve(PACKS);
        CacheFolder.create(folder);
        // What is looked at is the copy: nobody else can change it in between.
        Path copy = folder.resolve(UUID.randomUUID() + ".tmp");
        try {
            CacheFolder.createFile(copy);
            Pack.readSeal(pack);
            Files.copy(pack, copy, StandardCopyOption.REPLACE_EXISTING);
            PackManifest manifest;
            try (Pack mounted = Pack.mount(copy, trust, now, true, new FaultLog())) {
                manifest = mounted.manifest();
            }
            Disk.REAL.rename(copy, folder.resolve(manifest.name() + Pack.SUFFIX));
            Disk.REAL.forceFolder(folder);
            return manifest;
        } finally {
            Disk.REAL.delete(copy);
        }
    }

    private Optional<KernelStore> shared() {
        return sharedProviders.stream().flatMap(provider -> provider.open().stream()).findFirst();
    }

    private List<Path> paths(Path root, FaultLog faults) throws IOException {
        List<Path> paths = new ArrayList<>(namedPaths(faults));
        List<Path> imported = new ArrayList<>(Disk.REAL.list(root.resolve(PACKS), "*" + Pack.SUFFIX));
        Collections.sort(imported);
        paths.addAll(imported);
        return paths;
    }

    private List<Path> namedPaths(FaultLog faults) {
        List<Path> paths = new ArrayList<>();
        for (String part : Arrays.asList(named.split(File.pathSeparator, -1))) {
            if (part.isBlank()) {
                continue;
            }
            try {
                paths.add(Path.of(part).toAbsolutePath().normalize());
            } catch (InvalidPathException e) {
                faults.warn(Kind.LAYER_REFUSED, VARIABLE + " has '" + part + "', which is no path (" + e.getReason()
                        + "): name folders and packs");
            }
        }
        return paths;
    }

    private static Optional<Layer> mount(Path path, TrustedKeys trust, Instant now, FaultLog faults) {
        if (Files.isDirectory(path)) {
            return openFolder(path, faults);
        }
        try {
            return Optional.of(Pack.mount(path, trust, now, true, faults));
        } catch (PackException | IOException e) {
            faults.warn(Kind.LAYER_REFUSED, "the pack " + path + " is not used: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<Layer> openFolder(Path path, FaultLog faults) {
        try {
            return Optional.of(FolderLayer.open(path, Disk.REAL, faults));
        } catch (IOException e) {
            faults.warn(Kind.LAYER_REFUSED, "the folder " + path + " is not used: " + e.getMessage());
            return Optional.empty();
        }
    }
}
