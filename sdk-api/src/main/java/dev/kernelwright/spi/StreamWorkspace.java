package dev.kernelwright.spi;

import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The workspace of a stream whose launches run one after the other: one for all of them.
 *
 * <p>The stream is locked while it is lent, so that no other launch is queued between the steps of one.
 */
public final class StreamWorkspace {
    private final DeviceHeap heap;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Tensor kept;
    /** What was lent since {@link #beginRecording}; null outside of a recording. */
    private @Nullable List<Tensor> recorded;
    private @Nullable Tensor keptBefore;

    /** Creates a workspace that holds no memory yet. */
    public StreamWorkspace(DeviceHeap heap) {
        this.heap = heap;
    }

    /** Lends the workspace; other threads wait here until it is returned. */
    public Tensor borrow(long bytes) {
        lock.lock();
        try {
            Tensor workspace = kept;
            if (workspace == null || workspace.byteSize() < bytes) {
                workspace = heap.allocate(Arena.ofAuto(), DType.F32, Math.ceilDiv(bytes, Float.BYTES));
                kept = workspace;
                if (recorded != null) {
                    recorded.add(workspace);
                }
            }
            return workspace;
        } catch (RuntimeException | Error e) {
            lock.unlock();
            throw e;
        }
    }

    /** Takes it back from the thread that borrowed it. */
    public void giveBack() {
        lock.unlock();
    }

    /**
     * Lends other memory from now on, which whoever records the stream's launches keeps alive; other threads wait until
     * this one ends the recording.
     */
    public void beginRecording() {
        lock.lock();
        keptBefore = kept;
        kept = null;
        recorded = new ArrayList<>();
    }

    /** Ends the recording and returns what was lent in it, which this stream lends no more. */
    public List<Tensor> endRecording() {
        List<Tensor> lent = recorded == null ? List.of() : List.copyOf(recorded);
        recorded = null;
        kept = keptBefore;
        keptBefore = null;
        lock.unlock();
        return lent;
    }
}
