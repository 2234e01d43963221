package dev.kernelwright.spi;

/**
 * The right to tune one key, which one process at a time holds among all that share a store.
 *
 * <p>The store renews it until it is closed, or until the time for which it was asked is over. It is no lock: a holder
 * that is stopped for long finds that another has taken over, and may still put its record.
 */
public interface Lease extends AutoCloseable {
    /** The lease of a store that no other process uses. */
    Lease UNSHARED = () -> {};

    /** Gives the lease back. MUST NOT throw. */
    @Override
    void close();
}
