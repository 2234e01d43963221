package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.DriverGraphs;
import dev.kernelwright.spi.DeviceGraph;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.tensor.Tensor;
import java.util.List;

/**
 * A graph that the driver captured from a stream.
 *
 * <p>It has workspaces of its own, which no stream lends to a launch beside it; the driver never runs one graph twice at a
 * time.
 */
final class CudaGraph implements DeviceGraph {
    private final CudaContext context;
    private final long executable;
    /** Never read: what it keeps reachable is their memory. */
    @SuppressWarnings("unused")
    private final List<Tensor> workspaces;
    private boolean closed;

    private CudaGraph(CudaContext context, long executable, List<Tensor> workspaces) {
        this.context = context;
        this.executable = executable;
        this.workspaces = workspaces;
    }

    /**
     * Captures what some work queues.
     *
     * <p>The capture is relaxed, since a workspace may have to be allocated on the way, which the driver otherwise forbids
     * to the capturing thread.
     */
    static CudaGraph record(CudaContext context, CudaStream stream, Runnable work) {
        if (stream.isWrapped()) {
            throw new IllegalArgumentException(
                    "a graph was to be recorded in a stream of the application's, whose other"
                            + " work cannot be told apart: record in one made by newStream()");
        }
        DriverGraphs graphs = context.enter().graphs();
        stream.beginRecording();
        List<Tensor> workspaces;
        long graph;
        try {
            context.beginCapture(stream.handle());
            try {
                graphs.beginCapture(stream.handle(), CudaConstants.CU_STREAM_CAPTURE_MODE_RELAXED);
                graph = capture(context, graphs, stream.handle(), work);
            } finally {
                context.endCapture(stream.handle());
            }
        } finally {
            workspaces = stream.endRecording();
        }
        try {
            return new CudaGraph(context, graphs.instantiate(graph), workspaces);
        } finally {
            graphs.destroy(graph);
        }
    }

    private static long capture(CudaContext context, DriverGraphs graphs, long stream, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            abandon(context, graphs, stream, e);
            if (e instanceof CudaException) {
                throw cannotBeRecorded(context, e);
            }
            throw e;
        }
        context.enter();
        try {
            return graphs.endCapture(stream);
        } catch (CudaException e) {
            throw cannotBeRecorded(context, e);
        }
    }

    private static void abandon(CudaContext context, DriverGraphs graphs, long stream, Throwable cause) {
        try {
            context.enter();
            long graph = graphs.endCapture(stream);
            if (graph != 0) {
                graphs.destroy(graph);
            }
        } catch (CudaException e) {
            // What the work did has ended the capture already.
            cause.addSuppressed(e);
        }
    }

    private static IllegalStateException cannotBeRecorded(CudaContext context, Throwable cause) {
        return new IllegalStateException("the work that was to be recorded on " + context.space() + " did what a graph"
                + " cannot hold (" + cause.getMessage() + "): queue launches and copies in the one stream, and wait for"
                + " nothing", cause);
    }

    @Override
    public void launch(DeviceStream stream) {
        context.enter().graphs().launch(executable, ((CudaStream) stream).handle());
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            context.enter().graphs().destroyExecutable(executable);
        }
    }
}
