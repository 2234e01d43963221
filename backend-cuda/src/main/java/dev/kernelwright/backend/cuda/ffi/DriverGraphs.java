package dev.kernelwright.backend.cuda.ffi;

import static dev.kernelwright.backend.cuda.ffi.DriverFunction.GRAPH_LAUNCH;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The capture of what is queued in a stream as a graph, and its replay. Part of {@link CudaDriver}. */
public final class DriverGraphs {
    private static final MethodHandle LAUNCH = GRAPH_LAUNCH.downcall();

    private final DriverCalls calls;
    private final MemorySegment launch;

    DriverGraphs(DriverCalls calls) {
        this.calls = calls;
        this.launch = calls.address(GRAPH_LAUNCH);
    }

    /** Begins to capture; {@code mode} is one of {@code CU_STREAM_CAPTURE_MODE_...} in {@link CudaConstants}. */
    public void beginCapture(long stream, int mode) {
        calls.call(DriverFunction.STREAM_BEGIN_CAPTURE, stream, mode);
    }

    /** Ends a capture and returns the graph, to be given back with {@link #destroy}. */
    public long endCapture(long stream) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment graph = arena.allocate(ValueLayout.JAVA_LONG);
            calls.call(DriverFunction.STREAM_END_CAPTURE, stream, graph);
            return graph.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** Returns a graph that can be launched, to be given back with {@link #destroyExecutable}. */
    public long instantiate(long graph) {
        return calls.getLong(DriverFunction.GRAPH_INSTANTIATE, graph, 0L);
    }

    /** Queues all that a graph holds in a stream. Allocates nothing. */
    public void launch(long executable, long stream) {
        int status;
        try {
            status = (int) LAUNCH.invokeExact(launch, executable, stream);
        } catch (Throwable t) {
            throw BoundFunctions.unexpected(t);
        }
        calls.check(GRAPH_LAUNCH, status);
    }

    /** Gives an executable graph back. */
    public void destroyExecutable(long executable) {
        calls.call(DriverFunction.GRAPH_EXEC_DESTROY, executable);
    }

    /** Gives a graph back; what was instantiated from it stays. */
    public void destroy(long graph) {
        calls.call(DriverFunction.GRAPH_DESTROY, graph);
    }
}
