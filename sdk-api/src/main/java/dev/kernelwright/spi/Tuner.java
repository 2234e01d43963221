package dev.kernelwright.spi;

import java.util.concurrent.CompletableFuture;

/** Finds kernels in the background. Safe for use from several threads. */
public interface Tuner extends AutoCloseable {
    /**
     * Queues a workload. Requests for one key while one is queued or under way share its result.
     *
     * @return the record to be stored; completed exceptionally if there could be no verdict (the queue is full, the
     *         tuner is closed, no trial worker starts)
     */
    CompletableFuture<TuningRecord> submit(TuningRequest request, TuningListener listener);

    /** Ends tuning: what is queued or under way is completed exceptionally, and every trial worker is dead on return. */
    @Override
    void close();
}
