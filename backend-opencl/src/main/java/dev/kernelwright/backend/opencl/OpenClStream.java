package dev.kernelwright.backend.opencl;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.StreamWorkspace;
import dev.kernelwright.tensor.Tensor;

/** A queue whose commands run one after the other: one of this backend, or one that the application shares with it. */
final class OpenClStream implements DeviceStream {
    private final OpenClContext context;
    private final long queue;
    private final StreamWorkspace workspace;

    private OpenClStream(OpenClContext context, long queue) {
        this.context = context;
        this.queue = queue;
        this.workspace = new StreamWorkspace(context.heap());
    }

    /** Creates a stream of its own. */
    OpenClStream(OpenClContext context) {
        this(context, context.newQueue());
    }

    /** Takes a queue of the application's, which its own reference keeps open when this one is closed. */
    static OpenClStream wrap(OpenClContext context, long queue) {
        context.adopt(queue);
        return new OpenClStream(context, queue);
    }

    long queue() {
        return queue;
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
        context.finish(queue);
    }

    @Override
    public void close() {
        context.release(queue);
    }
}
