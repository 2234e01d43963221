package dev.kernelwright.spi;

/**
 * How much of a device's memory this library may hold: tensors, workspaces, and what the tuner tries kernels on.
 *
 * <p>The application sets the limit at any time, and whoever takes memory reserves it here first. A limit below what is
 * held takes nothing away: tensors stay, what was kept for later use is freed, and nothing more is granted until there is
 * room. Safe for use from several threads.
 */
public final class MemoryLease {
    private final Runnable freeUnused;
    /** Guarded by this, as is {@code heldBytes}. */
    private long limitBytes;
    private long heldBytes;

    /**
     * Creates a lease of which nothing is held.
     *
     * @param freeUnused frees what is held for later use and gives it back here
     */
    public MemoryLease(long limitBytes, Runnable freeUnused) {
        this.limitBytes = limitBytes;
        this.freeUnused = freeUnused;
    }

    /** Sets how much may be held; 0 closes the lease: nothing more is granted. */
    public void limit(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a memory lease of " + bytes + " bytes was asked for: use at least 0");
        }
        boolean over;
        synchronized (this) {
            limitBytes = bytes;
            over = heldBytes > limitBytes;
        }
        if (over) {
            freeUnused.run();
        }
    }

    /** Returns how much may be held, in bytes. */
    public synchronized long limitBytes() {
        return limitBytes;
    }

    /** Returns how much is held, in bytes, with what is kept for later use. */
    public synchronized long heldBytes() {
        return heldBytes;
    }

    /** Reserves memory, after freeing what is unused if that is what it takes; returns whether there was room. */
    public boolean tryReserve(long bytes) {
        if (reserveIfThereIsRoom(bytes)) {
            return true;
        }
        freeUnused.run();
        return reserveIfThereIsRoom(bytes);
    }

    private synchronized boolean reserveIfThereIsRoom(long bytes) {
        if (bytes > limitBytes - heldBytes) {
            return false;
        }
        heldBytes += bytes;
        return true;
    }

    /** Gives back what was reserved. */
    public synchronized void giveBack(long bytes) {
        heldBytes -= bytes;
    }
}
