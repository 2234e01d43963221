package dev.kernelwright.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How much of a device's memory this library may hold: tensors, workspaces, and what the tuner tries kernels on.
 *
 * <p>The application sets the limit at any time, and whoever takes memory reserves it here first. A limit below what is
 * held takes no tensor away: what was kept for later use is freed, what was lent for trials is recalled, and nothing more is
 * granted until there is room. What a driver needs for itself, such as the context of a process, is not counted. Safe for
 * use from several threads.
 */
public final class MemoryLease {
    private final Runnable freeUnused;
    /** Guarded by this, as is all below. */
    private final List<Loan> loans = new ArrayList<>();
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

    /** A part of the lease that the application can do without, and gets back when it needs it. */
    public final class Loan implements AutoCloseable {
        private final Runnable recall;
        private long bytes;
        private boolean closed;

        private Loan(Runnable recall, long bytes) {
            this.recall = recall;
            this.bytes = bytes;
        }

        /** Lends so much more, if there is room and the loan was neither given back nor recalled. */
        public boolean tryEnlarge(long moreBytes) {
            return MemoryLease.this.tryEnlarge(this, moreBytes);
        }

        /** Gives it back. Idempotent. */
        @Override
        public void close() {
            end(this);
        }
    }

    /**
     * Sets how much may be held; 0 closes the lease: nothing more is granted. What was recalled for it is back on return.
     */
    public void limit(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a memory lease of " + bytes + " bytes was asked for: use at least 0");
        }
        synchronized (this) {
            limitBytes = bytes;
        }
        if (isExceeded()) {
            freeUnused.run();
            if (isExceeded()) {
                recallLoans();
            }
        }
    }

    private synchronized boolean isExceeded() {
        return heldBytes > limitBytes;
    }

    /** Returns how much may be held, in bytes. */
    public synchronized long limitBytes() {
        return limitBytes;
    }

    /** Returns how much is held, in bytes, with what is kept for later use and what is lent. */
    public synchronized long heldBytes() {
        return heldBytes;
    }

    /**
     * Reserves memory for the application, after freeing what is unused and recalling what is lent if that is what it takes;
     * returns whether there was room.
     */
    public boolean tryReserve(long bytes) {
        if (reserveWhatIsUnused(bytes)) {
            return true;
        }
        recallLoans();
        return reserveIfThereIsRoom(bytes);
    }

    /**
     * Lends memory to what the application can do without; empty if there is no room for it.
     *
     * @param recall is called, on any thread, when the application needs the memory: it MUST have ended every use of it when
     *        it returns, and may give the loan back
     */
    public Optional<Loan> tryLend(long bytes, Runnable recall) {
        if (!reserveWhatIsUnused(bytes)) {
            return Optional.empty();
        }
        Loan loan = new Loan(recall, bytes);
        synchronized (this) {
            loans.add(loan);
        }
        return Optional.of(loan);
    }

    private boolean tryEnlarge(Loan loan, long bytes) {
        if (!reserveWhatIsUnused(bytes)) {
            return false;
        }
        synchronized (this) {
            if (!loan.closed) {
                loan.bytes += bytes;
                return true;
            }
            heldBytes -= bytes;
            return false;
        }
    }

    private void recallLoans() {
        List<Loan> recalled;
        synchronized (this) {
            recalled = List.copyOf(loans);
        }
        for (Loan loan : recalled) {
            loan.recall.run();
            end(loan);
        }
    }

    private synchronized void end(Loan loan) {
        if (!loan.closed) {
            loan.closed = true;
            loans.remove(loan);
            heldBytes -= loan.bytes;
        }
    }

    private boolean reserveWhatIsUnused(long bytes) {
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
