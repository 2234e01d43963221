package dev.kernelwright.cache;

import dev.kernelwright.cache.FaultLog.Kind;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The user's directory over read-only layers over a store that is shared with other machines.
 *
 * <p>A record is looked for from above to below. All that is written goes to the user's directory, what was tuned here
 * also to the shared store. A lower layer's record that did not pass its recheck is <em>shadowed</em> by a marker in the
 * user's directory; a pinned one goes before all others. The finding that nothing beats the baseline does not hide a
 * kernel of a lower layer that is newer.
 *
 * <p>Closing closes all of them.
 */
public final class LayeredStore implements KernelStore {
    private final KernelStore own;
    private final Markers pins;
    private final Markers shadows;
    private final List<Layer> layers;
    private final List<KernelStore> shared;
    private final FaultLog faults;
    private final InstantSource clock;

    /**
     * Puts layers together.
     *
     * @param shared the shared store; empty or one
     * @param faults what went wrong with the layers, among it why some are not here
     */
    LayeredStore(KernelStore own, List<? extends Layer> layers, Optional<? extends KernelStore> shared,
            FaultLog faults) {
        this.own = own;
        this.layers = List.copyOf(layers);
        this.shared = shared.stream().<KernelStore>map(store -> store).toList();
        this.faults = faults;
        if (own instanceof DirectoryStore directory) {
            this.pins = directory.pins();
            this.shadows = new Markers(directory.root().resolve("shadows"), directory.disk());
            this.clock = directory.clock();
        } else {
            this.pins = new Markers(null, Disk.REAL);
            this.shadows = new Markers(null, Disk.REAL);
            this.clock = InstantSource.system();
        }
    }

    /** Returns the layer of the user, to which everything is written. */
    KernelStore own() {
        return own;
    }

    @Override
    public Optional<TuningRecord> find(KernelKey key) {
        return own.find(key);
    }

    @Override
    public Optional<StoredRecord> find(KernelKey key, Target target) {
        Optional<String> pinned = pinned(key);
        if (pinned.isPresent()) {
            Optional<StoredRecord> found = everywhere(key, target)
                    .filter(stored -> digest(stored.record()).equals(pinned)).findFirst();
            if (found.isPresent()) {
                return found;
            }
        }
        Optional<StoredRecord> mine = own.find(key, target);
        Optional<StoredRecord> current = mine.filter(this::isCurrent);
        if (current.isPresent() && current.get().record().kernel() != null) {
            return current;
        }
        return below(key, target).filter(this::isCurrent).filter(stored -> !isShadowed(stored))
                .filter(stored -> current.isEmpty() || isNewerKernel(stored, current.get()))
                .findFirst().or(() -> mine);
    }

    /** Returns the digest of the record that is pinned for a key; if that cannot be found out, none is. */
    private Optional<String> pinned(KernelKey key) {
        try {
            return pins.text(key.digest());
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE,
                    DiskFaults.sentence("whether a record of " + key + " is pinned could not be read",
                            Path.of(location()), e));
            return Optional.empty();
        }
    }

    /** Returns whether a lower layer knows a kernel of which the finding that there is none could not know. */
    private static boolean isNewerKernel(StoredRecord lower, StoredRecord finding) {
        return lower.record().kernel() != null && lower.record().created().isAfter(finding.record().created());
    }

    private boolean isCurrent(StoredRecord stored) {
        return stored.record().isBelieved(clock.instant());
    }

    private Stream<StoredRecord> everywhere(KernelKey key, Target target) {
        return Stream.concat(own.find(key, target).stream(), below(key, target));
    }

    /** Returns what the layers below have, each asked only when those above have not ended the search. */
    private Stream<StoredRecord> below(KernelKey key, Target target) {
        Stream<StoredRecord> inLayers = layers.stream().flatMap(layer -> layer.find(key, target).stream()
                .map(record -> new StoredRecord(record, layer.location(), true)));
        Stream<StoredRecord> inShared = shared.stream().flatMap(store -> store.find(key, target).stream()
                .map(stored -> new StoredRecord(stored.record(), stored.layer(), true)));
        return Stream.concat(inLayers, inShared);
    }

    /** Returns whether a record failed its recheck; if that cannot be found out, it counts as if it had. */
    private boolean isShadowed(StoredRecord stored) {
        Optional<String> digest = digest(stored.record());
        try {
            return digest.isEmpty() || shadows.contains(shadow(stored, digest.get()));
        } catch (IOException e) {
            faults.warn(Kind.UNREADABLE, DiskFaults.sentence("whether a record of " + stored.layer()
                    + " failed its recheck could not be read", Path.of(location()), e));
            return true;
        }
    }

    private static String shadow(StoredRecord stored, String digest) {
        return stored.record().key().digest() + "." + digest.substring(0, 16);
    }

    /** Returns the digest of a record's file; empty if it could not be written, so that it could not be named either. */
    private static Optional<String> digest(TuningRecord record) {
        try {
            return Optional.of(RecordEnvelope.digest(RecordCodec.encode(record)));
        } catch (RecordFormatException e) {
            return Optional.empty();
        }
    }

    /** {@inheritDoc} The shared store gets what was tuned here, not what was only rechecked here. */
    @Override
    public void put(TuningRecord record) throws IOException {
        try {
            own.put(record);
        } finally {
            if (!record.provenance().containsKey(TuningRecord.RECHECKED_FROM)) {
                for (KernelStore store : shared) {
                    share(store, record);
                }
            }
        }
    }

    private void share(KernelStore store, TuningRecord record) {
        try {
            store.put(record);
            faults.cured(Kind.SHARED_AWAY);
        } catch (IOException e) {
            faults.warn(Kind.SHARED_AWAY, "the record " + record.key() + " was not shared: " + e.getMessage());
        }
    }

    /** Removes the user's record for a key; what a lower layer has for it is found again. */
    @Override
    public boolean remove(KernelKey key) throws IOException {
        return own.remove(key);
    }

    @Override
    public void setAside(StoredRecord stored, String reason) throws IOException {
        if (!stored.imported()) {
            own.setAside(stored, reason);
            return;
        }
        Optional<String> digest = digest(stored.record());
        if (digest.isPresent()) {
            shadows.add(shadow(stored, digest.get()), stored.layer() + "\n" + reason + "\n");
        }
    }

    @Override
    public Optional<Lease> tryLease(KernelKey key, Duration longest) {
        Optional<Lease> here = own.tryLease(key, longest);
        if (here.isEmpty() || shared.isEmpty()) {
            return here;
        }
        Optional<Lease> everywhere = shared.getFirst().tryLease(key, longest);
        if (everywhere.isEmpty()) {
            here.get().close();
            return Optional.empty();
        }
        return Optional.of(() -> {
            everywhere.get().close();
            here.get().close();
        });
    }

    @Override
    public void onPublished(Consumer<KernelKey> listener) {
        shared.forEach(store -> store.onPublished(listener));
    }

    /** Returns the keys of the user's records, then of the layers'; those of the shared store are not listed. */
    @Override
    public List<KernelKey> keys() {
        Set<KernelKey> keys = new LinkedHashSet<>(own.keys());
        layers.forEach(layer -> keys.addAll(layer.keys()));
        return List.copyOf(keys);
    }

    @Override
    public String location() {
        return own.location();
    }

    /** Returns where the layers below the user's directory are, from above to below. */
    public List<String> lowerLocations() {
        return Stream.concat(layers.stream().map(Layer::location), shared.stream().map(KernelStore::location)).toList();
    }

    @Override
    public List<String> problems() {
        List<String> problems = new ArrayList<>(own.problems());
        problems.addAll(faults.sentences());
        shared.forEach(store -> problems.addAll(store.problems()));
        try {
            int count = shadows.names().size();
            if (count > 0) {
                problems.add("records of lower layers that did not pass their recheck on this machine: " + count
                        + "; the reasons are in " + location() + "/shadows, which may be deleted to try them again");
            }
        } catch (IOException e) {
            problems.add("what is shadowed could not be counted: " + e.getMessage());
        }
        return List.copyOf(problems);
    }

    @Override
    public void close() {
        own.close();
        layers.forEach(Layer::close);
        shared.forEach(KernelStore::close);
    }
}
