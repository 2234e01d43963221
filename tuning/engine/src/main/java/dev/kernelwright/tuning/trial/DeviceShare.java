package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.MemoryLease;
import dev.kernelwright.spi.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * The part of a device's memory that a trial worker may use. The application's lease lends it before the worker starts, and
 * has it back when no process of it is left. Where the device has no lease, nothing is counted.
 */
final class DeviceShare implements AutoCloseable {
    private final String device;
    private final @Nullable MemoryLease lease;
    private MemoryLease.@Nullable Loan loan;
    private long lentBytes;
    /** Guarded by this, as is {@code recalled}. */
    private @Nullable Runnable end;
    private boolean recalled;

    private DeviceShare(String device, @Nullable MemoryLease lease) {
        this.device = device;
        this.lease = lease;
    }

    /** Borrows memory for buffers of so many bytes. */
    static DeviceShare of(Backend backend, long bytes) throws NoMemoryException {
        DeviceShare share = new DeviceShare(backend.device().name(),
                backend.capabilities().contains(Capability.MEMORY_LEASE) ? backend.memory() : null);
        if (!share.tryHold(bytes)) {
            throw new NoMemoryException(share.shortage(bytes));
        }
        return share;
    }

    /**
     * Borrows more if it takes more for buffers of so many bytes.
     *
     * @throws KernelRejectedException with {@link ReasonCode#NO_MEMORY} if there is no room
     */
    void require(long bytes) throws KernelRejectedException {
        if (!tryHold(bytes)) {
            throw new KernelRejectedException(ReasonCode.NO_MEMORY, shortage(bytes));
        }
    }

    private boolean tryHold(long bytes) {
        long needed = bytes == 0 ? 0 : bytes + DeviceHeap.MAX_STEP_BYTES;
        if (lease == null || needed <= lentBytes) {
            return true;
        }
        if (loan == null) {
            loan = lease.tryLend(needed, this::recall).orElse(null);
            if (loan == null) {
                return false;
            }
        } else if (!loan.tryEnlarge(needed - lentBytes)) {
            return false;
        }
        lentBytes = needed;
        return true;
    }

    private String shortage(long bytes) {
        long leftBytes = lease == null ? 0 : lease.limitBytes() - lease.heldBytes() + lentBytes;
        return "trying kernels takes buffers of " + bytes + " bytes on " + device + ", but its lease has "
                + Math.max(0, leftBytes) + " left: raise the lease, or close arenas of tensors that are not needed";
    }

    /** Names what ends every use of the memory, which runs when the application needs it. */
    void endBy(Runnable how) throws NoMemoryException {
        boolean late;
        synchronized (this) {
            end = how;
            late = recalled;
        }
        if (late) {
            throw recalledException();
        }
    }

    private void recall() {
        Runnable how;
        synchronized (this) {
            recalled = true;
            how = end;
        }
        if (how != null) {
            how.run();
        }
    }

    synchronized boolean isRecalled() {
        return recalled;
    }

    NoMemoryException recalledException() {
        return new NoMemoryException(
                "the application needs the memory of " + device + " on which kernels were tried: raise"
                        + " its lease, or tune when less is running on it");
    }

    /** Gives all of it back. Idempotent. */
    @Override
    public void close() {
        if (loan != null) {
            loan.close();
        }
    }
}
