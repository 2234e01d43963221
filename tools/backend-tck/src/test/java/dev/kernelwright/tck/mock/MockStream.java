package dev.kernelwright.tck.mock;

import dev.kernelwright.spi.DeviceHeap;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.StreamWorkspace;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A stream in which everything has ended when it was queued, unless a fault or a recording puts it off. */
final class MockStream implements DeviceStream {
    private final MockBackend backend;
    private final StreamWorkspace workspace;
    private final boolean defers = Fault.LETS_LAUNCHES_OVERTAKE.isHere() || Fault.CLOSES_STREAMS_AT_ONCE.isHere();
    private final List<Runnable> deferred = new ArrayList<>();
    private final MockStream application;
    private List<Runnable> recording;
    private boolean closed;

    /** @param application the stream that is wrapped; null if none is */
    MockStream(MockBackend backend, DeviceHeap heap, MockStream application) {
        this.backend = backend;
        this.workspace = new StreamWorkspace(heap);
        this.application = application;
    }

    void launch(MockKernel kernel, LaunchArguments arguments) {
        requireOpen();
        if (recording == null && !defers) {
            kernel.execute(arguments);
            return;
        }
        LaunchArguments copy = kernel.copy(arguments);
        put(() -> kernel.execute(copy));
    }

    /** Runs work now, or when its turn comes. */
    void put(Runnable work) {
        requireOpen();
        if (recording != null && !Fault.RUNS_WHAT_IT_RECORDS.isHere()) {
            recording.add(work);
        } else if (defers) {
            deferred.add(work);
        } else {
            work.run();
        }
    }

    private void requireOpen() {
        if (closed || (application != null && application.closed)) {
            throw new IllegalStateException("work was queued in a closed stream: make a new one");
        }
    }

    List<Runnable> record(Runnable work) {
        List<Runnable> recorded = new ArrayList<>();
        workspace.beginRecording();
        recording = recorded;
        try {
            work.run();
        } finally {
            recording = null;
            backend.keep(workspace.endRecording());
        }
        return recorded;
    }

    @Override
    public Tensor borrowWorkspace(long bytes) {
        return Fault.SHARES_A_WORKSPACE.isHere() ? backend.shared(bytes) : workspace.borrow(bytes);
    }

    @Override
    public void returnWorkspace(Tensor lent) {
        if (!Fault.SHARES_A_WORKSPACE.isHere()) {
            workspace.giveBack();
        }
    }

    @Override
    public void synchronize() {
        if (recording != null) {
            throw new IllegalStateException("a recording cannot wait: leave it out");
        }
        if (Fault.LETS_LAUNCHES_OVERTAKE.isHere()) {
            Collections.reverse(deferred);
        }
        deferred.forEach(Runnable::run);
        deferred.clear();
    }

    @Override
    public void close() {
        if (Fault.CLOSES_STREAMS_AT_ONCE.isHere()) {
            deferred.clear();
        }
        synchronize();
        closed = true;
        if (application != null && Fault.CLOSES_THE_APPLICATIONS_STREAM.isHere()) {
            application.close();
        }
    }
}
