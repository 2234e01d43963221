package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.StreamWorkspace;
import dev.kernelwright.tensor.Tensor;
import java.util.List;

/** A stream of the driver's: one of this backend, or one of the application's with a workspace of this backend. */
final class CudaStream implements DeviceStream {
    private final CudaContext context;
    private final long handle;
    private final boolean wrapped;
    private final StreamWorkspace workspace;
    private volatile boolean closed;

    private CudaStream(CudaContext context, long handle, boolean wrapped) {
        this.context = context;
        this.handle = handle;
        this.wrapped = wrapped;
        this.workspace = new StreamWorkspace(context.heap());
    }

    /** Creates a stream that waits for no other. */
    CudaStream(CudaContext context) {
        this(context, context.newStream(), false);
    }

    /** Takes a stream of the application's; 0 is the context's default stream. */
    static CudaStream wrap(CudaContext context, long handle) {
        context.adopt(handle);
        return new CudaStream(context, handle, true);
    }

    /**
     * Returns what the driver calls it.
     *
     * @throws IllegalStateException if it is closed, since the driver may call another so by then
     */
    long handle() {
        if (closed) {
            throw new IllegalStateException(
                    "a stream of " + context.space() + " was used after it was closed: make another");
        }
        return handle;
    }

    boolean isWrapped() {
        return wrapped;
    }

    void beginRecording() {
        workspace.beginRecording();
    }

    List<Tensor> endRecording() {
        return workspace.endRecording();
    }

    @Override
    public Tensor borrowWorkspace(long bytes) {
        return workspace.borrow(bytes);
    }

    @Override
    public void returnWorkspace(Tensor lent) {
        workspace.giveBack();
    }

    @Override
    public void synchronize() {
        context.enter().streams().synchronize(handle());
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (wrapped) {
            context.letGo(handle);
        } else {
            context.release(handle);
        }
    }
}
