package dev.kernelwright.spi;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The stream of a device on which every launch has ended when it returns, and whose memory is the host's.
 *
 * <p>Several threads launch at a time, so each is lent a workspace of its own. They are kept, as large as they have ever
 * been wanted, in about as many stripes as there are processors; what finds its stripe empty or too small allocates.
 */
public final class HostStream implements DeviceStream {
    /** Slots between two stripes, so that they are never in one cache line (128 bytes with 4-byte references). */
    private static final int STRIDE = 32;

    private final AtomicReferenceArray<@Nullable Tensor> kept;
    private final int mask;

    /** Creates a stream that holds no memory yet. */
    public HostStream() {
        int stripes = Math.max(4, Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));
        this.mask = stripes - 1;
        this.kept = new AtomicReferenceArray<>(stripes * STRIDE);
    }

    private int slot() {
        return ((int) Thread.currentThread().threadId() & mask) * STRIDE;
    }

    @Override
    public Tensor borrowWorkspace(long bytes) {
        Tensor tensor = kept.getAndSet(slot(), null);
        return tensor != null && tensor.byteSize() >= bytes
                ? tensor
                : Tensor.allocate(Arena.ofAuto(), DType.F32, Math.ceilDiv(bytes, Float.BYTES));
    }

    @Override
    public void returnWorkspace(Tensor workspace) {
        kept.setRelease(slot(), workspace);
    }

    @Override
    public void synchronize() {
        // Nothing is ever pending.
    }

    @Override
    public void close() {
        // The memory is the garbage collector's.
    }
}
