package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A stream of the driver's, with one workspace, since only one launch uses it at a time. */
final class CudaStream implements DeviceStream {
    private final CudaContext context;
    private final long handle;
    /** Held while a workspace is lent, so that no other launch is queued between the steps of one. */
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Tensor workspace;

    CudaStream(CudaContext context) {
        this.context = context;
        this.handle = context.newStream();
    }

    long handle() {
        return handle;
    }

    @Override
    public Tensor borrowWorkspace(long bytes) {
        lock.lock();
        try {
            Tensor kept = workspace;
            if (kept == null || kept.byteSize() < bytes) {
                kept = context.allocate(Arena.ofAuto(), DType.F32, Math.ceilDiv(bytes, Float.BYTES));
                workspace = kept;
            }
            return kept;
        } catch (RuntimeException | Error e) {
            lock.unlock();
            throw e;
        }
    }

    @Override
    public void returnWorkspace(Tensor lent) {
        lock.unlock();
    }

    @Override
    public void synchronize() {
        context.enter().streams().synchronize(handle);
    }

    @Override
    public void close() {
        context.release(handle);
    }
}
