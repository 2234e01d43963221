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

    /**
     * Queues a recheck of a record that was not verified on this machine as it is: a shortened verification, in a trial
     * worker. If a driver or a compiler has moved since the record was made, the binary is made again from its source.
     *
     * @param request the workload and the device; the budget bounds the time
     * @param record a record with a kernel
     * @return the record as it is to be used on the device: the kernel that was checked, and the verdict on it;
     *         completed exceptionally if there could be none
     */
    CompletableFuture<TuningRecord> recheck(TuningRequest request, TuningRecord record);

    /** Ends tuning: what is queued or under way is completed exceptionally, and every trial worker is dead on return. */
    @Override
    void close();
}
