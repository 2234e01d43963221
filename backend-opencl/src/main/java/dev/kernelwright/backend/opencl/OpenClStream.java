package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A queue whose commands run one after the other, with one workspace, since only one launch uses it at a time. */
final class OpenClStream implements DeviceStream {
    private final OpenClContext context;
    private final long queue;
    /** Held while a workspace is lent, so that no other launch is queued between the steps of one. */
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Tensor workspace;

    OpenClStream(OpenClContext context) {
        this.context = context;
        this.queue = context.newQueue();
    }

    long queue() {
        return queue;
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
        ClQueue.finish(queue);
    }

    @Override
    public void close() {
        context.release(queue);
    }
}
