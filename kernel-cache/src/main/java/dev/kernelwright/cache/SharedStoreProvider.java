package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelStore;
import java.util.Optional;

/** Opens a store that several machines share; found with {@link java.util.ServiceLoader}, and off unless configured. */
public interface SharedStoreProvider {
    /**
     * Opens the store if it is configured. MUST NOT throw and MUST NOT wait for it: one that is away reports that as a
     * problem, finds nothing, grants every lease, and is asked again later. Its methods MUST return within a second.
     */
    Optional<KernelStore> open();
}
