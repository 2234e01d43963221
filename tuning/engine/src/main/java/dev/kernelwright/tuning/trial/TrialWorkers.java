package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.isolation.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts trial workers, with as much isolation as can be had here. */
public final class TrialWorkers {
    private static final Logger LOG = LoggerFactory.getLogger(TrialWorkers.class);

    private TrialWorkers() {}

    /**
     * Starts a worker and opens the backend's device in it.
     *
     * @param threads how many threads run blocks
     * @param memoryBytes how much memory for tensors is going to be written
     * @param deadline when to give up at the latest, should the limits allow more time
     * @throws IOException if it does not start, or cannot be isolated as far as is required, or the device's memory lease
     *         has no room for it; with the reason
     * @throws IllegalArgumentException if the system property that requires an isolation names none
     */
    public static TrialWorker start(WorkerLimits limits, Backend backend, int threads, long memoryBytes,
            Deadline deadline) throws IOException {
        Isolation wanted = Isolation.atLeast(limits.isolation());
        Sandbox.Available available = Sandbox.require(wanted);
        WorkerCommand command = WorkerCommand.of(limits, backend);
        try {
            return start(limits, command, backend, threads, memoryBytes, available.level(), deadline);
        } catch (IOException e) {
            // No kernel was loaded yet, so none can bring this about.
            if (available.level() != Isolation.NAMESPACES || wanted == Isolation.NAMESPACES
                    || e instanceof NoMemoryException || Thread.currentThread().isInterrupted() || deadline.isPast()) {
                throw e;
            }
            TrialWorker worker = start(limits, command, backend, threads, memoryBytes, Isolation.LIMITS,
                    deadline);
            LOG.warn("Trial workers of {} start with the isolation '{}' only, since with '{}': {}",
                    backend.device().name(), Isolation.LIMITS, available.level(), e.getMessage());
            return worker;
        }
    }

    /** Starts a worker with exactly the given isolation. */
    static TrialWorker start(WorkerLimits limits, WorkerCommand command, Backend backend, int threads,
            long memoryBytes, Isolation isolation, Deadline end) throws IOException {
        Deadline deadline = end.earlier(Deadline.after(limits.startTime()));
        DeviceShare share = DeviceShare.of(backend, memoryBytes);
        try {
            return start(limits, command, backend, threads, WorkerDirectory.create(memoryBytes), share, isolation,
                    deadline);
        } catch (IOException | RuntimeException e) {
            share.close();
            throw e;
        }
    }

    private static TrialWorker start(WorkerLimits limits, WorkerCommand command, Backend backend, int threads,
            Path directory, DeviceShare share, Isolation isolation, Deadline deadline) throws IOException {
        try (WorkerConnection connection = new WorkerConnection(directory)) {
            WorkerProcess process = WorkerProcess.start(command, directory, isolation);
            TrialWorker worker;
            try {
                worker = new TrialWorker(limits, process, connection.accept(process, deadline), directory, share);
            } catch (IOException | RuntimeException e) {
                process.close();
                throw e;
            }
            try {
                share.endBy(worker::close);
                worker.open(backend, threads, deadline);
            } catch (IOException | RuntimeException e) {
                worker.close();
                throw e;
            }
            return worker;
        } catch (IOException | RuntimeException e) {
            WorkerDirectory.delete(directory);
            throw e;
        }
    }
}
