package dev.kernelwright.backend.cuda;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.StreamWorkspace;
import dev.kernelwright.tensor.Tensor;

/** A stream of the driver's. */
final class CudaStream implements DeviceStream {
    private final CudaContext context;
    private final long handle;
    private final StreamWorkspace workspace;

    CudaStream(CudaContext context) {
        this.context = context;
        this.handle = context.newStream();
        this.workspace = new StreamWorkspace(context.heap());
    }

    long handle() {
        return handle;
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
        context.enter().streams().synchronize(handle);
    }

    @Override
    public void close() {
        context.release(handle);
    }
}
