package dev.kernelwright.backend.opencl;

import dev.kernelwright.backend.opencl.ffi.ClQueue;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.StreamWorkspace;
import dev.kernelwright.tensor.Tensor;

/** A queue whose commands run one after the other. */
final class OpenClStream implements DeviceStream {
    private final OpenClContext context;
    private final long queue;
    private final StreamWorkspace workspace;

    OpenClStream(OpenClContext context) {
        this.context = context;
        this.queue = context.newQueue();
        this.workspace = new StreamWorkspace(context.heap());
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
        ClQueue.finish(queue);
    }

    @Override
    public void close() {
        context.release(queue);
    }
}
