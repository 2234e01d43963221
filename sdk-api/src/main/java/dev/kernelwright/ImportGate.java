package dev.kernelwright;

import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Decides, by the {@link ImportPolicy}, which records are rechecked before they go live. */
final class ImportGate {
    private static final int SAMPLED_ONE_IN = 8;

    private final ImportPolicy policy;
    private final Set<String> sampledLayers = ConcurrentHashMap.newKeySet();
    private final Set<String> failedLayers = ConcurrentHashMap.newKeySet();

    ImportGate(ImportPolicy policy) {
        this.policy = policy;
    }

    /** Returns whether a record has to pass a recheck on a target first. */
    boolean stops(StoredRecord stored, Target target) {
        if (!stored.isUnverifiedOn(target)) {
            return false;
        }
        return switch (policy) {
            case ALWAYS -> true;
            case NEVER -> false;
            // By the digest, so that all processes sample the same ones and share what comes of it.
            case SAMPLE -> sampledLayers.add(stored.layer()) || failedLayers.contains(stored.layer())
                    || Integer.parseInt(stored.record().key().digest().substring(0, 2), 16) % SAMPLED_ONE_IN == 0;
        };
    }

    /** Returns whether a record is taken as it is on a target, whatever others are found to be. */
    boolean trusts(StoredRecord stored, Target target) {
        return policy == ImportPolicy.NEVER || !stored.isUnverifiedOn(target);
    }

    /** Remembers that a record did not pass. */
    void failed(StoredRecord stored) {
        failedLayers.add(stored.layer());
    }
}
