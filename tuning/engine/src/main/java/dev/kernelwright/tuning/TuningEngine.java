package dev.kernelwright.tuning;

import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TuningListener;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.isolation.Isolation;
import dev.kernelwright.tuning.trial.WorkerLimits;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tunes one workload after the other, on a thread of its own, with the kernels in a process of their own.
 *
 * <p>One thread, since two searches at a time would spoil each other's measurements. It starts with the first request
 * and ends when there has been none for a while.
 */
public final class TuningEngine implements Tuner {
    /** The system property that, set to {@code true}, has winners run under instruments. */
    public static final String INSTRUMENT_PROPERTY = "kernelwright.instrument";

    private static final Logger LOG = LoggerFactory.getLogger(TuningEngine.class);
    private static final long IDLE_SECONDS = 10;
    /** A candidate under way ends with its worker; only the reference's part of a check runs on, for seconds at most. */
    private static final long CLOSING_SECONDS = 30;

    private final List<KernelGenerator> generators;
    private final int queueCapacity;
    private final WorkerLimits limits;
    private final boolean instrumented;
    private final Clock clock;
    private final ThreadPoolExecutor executor;
    /** The jobs that are queued or under way; guarded by itself, as is {@code closed}. */
    private final Map<KernelKey, TuningJob> jobs = new HashMap<>();
    /** The rechecks that are queued or under way; guarded by {@code jobs}. */
    private final Set<RecheckJob> rechecks = new HashSet<>();
    private boolean closed;

    private TuningEngine(Builder builder) {
        this.generators = List.copyOf(builder.generators);
        this.queueCapacity = builder.queueCapacity;
        this.limits = builder.limits;
        this.instrumented = builder.instrumented;
        this.clock = builder.clock;
        this.executor = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queueCapacity), TuningEngine::newThread);
        executor.allowCoreThreadTimeOut(true);
    }

    @SuppressWarnings("ThreadPriorityCheck") // a courtesy to the application's threads; nothing relies on it
    private static Thread newThread(Runnable work) {
        return Thread.ofPlatform().daemon().name("kernelwright-tuning").priority(Thread.MIN_PRIORITY).unstarted(work);
    }

    /** Begins an engine. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public CompletableFuture<TuningRecord> submit(TuningRequest request, TuningListener listener) {
        synchronized (jobs) {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException(
                        request.workload() + " was to be tuned, but the tuner is closed"));
            }
            TuningJob running = jobs.get(request.key());
            if (running != null) {
                running.addListener(listener);
                return running.result();
            }
            TuningJob job = new TuningJob(request, generators, limits, instrumented, clock,
                    () -> forget(request.key()));
            job.addListener(listener);
            try {
                executor.execute(job);
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(new IllegalStateException(request.workload()
                        + " was to be tuned, but " + queueCapacity + " workloads are waiting already: try again later,"
                        + " or give the tuner a longer queue", e));
            }
            jobs.put(request.key(), job);
            return job.result();
        }
    }

    @Override
    public CompletableFuture<TuningRecord> recheck(TuningRequest request, TuningRecord record) {
        synchronized (jobs) {
            if (closed) {
                return CompletableFuture.failedFuture(new IllegalStateException(
                        "a record for " + request.workload() + " was to be rechecked, but the tuner is closed"));
            }
            RecheckJob job = new RecheckJob(request, record, limits, clock);
            try {
                executor.execute(job);
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(new IllegalStateException("a record for " + request.workload()
                        + " was to be rechecked, but " + queueCapacity + " workloads are waiting already: try again"
                        + " later, or give the tuner a longer queue", e));
            }
            rechecks.add(job);
            return job.result().whenComplete((checked, failure) -> {
                synchronized (jobs) {
                    rechecks.remove(job);
                }
            });
        }
    }

    private void forget(KernelKey key) {
        synchronized (jobs) {
            jobs.remove(key);
        }
    }

    @Override
    public void close() {
        List<TuningJob> open;
        List<RecheckJob> openRechecks;
        synchronized (jobs) {
            closed = true;
            open = new ArrayList<>(jobs.values());
            openRechecks = new ArrayList<>(rechecks);
        }
        executor.shutdownNow();
        for (TuningJob job : open) {
            job.cancel("the tuner was closed");
        }
        openRechecks.forEach(RecheckJob::cancel);
        awaitEnd();
    }

    /** Waits until the job's thread has ended, and with it the worker that it may just have been starting. */
    private void awaitEnd() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSING_SECONDS);
        boolean interrupted = false;
        while (true) {
            try {
                if (!executor.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("The tuner was closed, but a compiler or a reference has not ended within {} s",
                            CLOSING_SECONDS);
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Collects what an engine is made of; everything has a default. */
    public static final class Builder {
        private List<KernelGenerator> generators = List.of(new TemplateGenerator());
        private int queueCapacity = 256;
        private WorkerLimits limits = WorkerLimits.DEFAULT;
        private boolean instrumented = Boolean.getBoolean(INSTRUMENT_PROPERTY);
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /** Sets who proposes kernels, in the order in which they are asked; by default templates alone. */
        public Builder generators(List<? extends KernelGenerator> list) {
            generators = List.copyOf(list);
            return this;
        }

        /** Sets how many workloads may wait, at least 1; by default 256. */
        public Builder queueCapacity(int capacity) {
            if (capacity < 1) {
                throw new IllegalArgumentException("a queue of " + capacity + " workloads was asked for: at least 1 is"
                        + " needed");
            }
            queueCapacity = capacity;
            return this;
        }

        /** Sets the Java heap of a trial worker in MiB, at least 32; by default 256. */
        public Builder workerHeapMebibytes(int mebibytes) {
            limits = new WorkerLimits(mebibytes, limits.startTime(), limits.kernelTime(), limits.isolation());
            return this;
        }

        /** Sets how long one launch of a kernel may take before its worker is killed; by default 10 s. */
        public Builder kernelTime(Duration time) {
            limits = new WorkerLimits(limits.heapMebibytes(), limits.startTime(), time, limits.isolation());
            return this;
        }

        /**
         * Sets how far a trial worker must be kept from the rest of the machine: where that cannot be had, nothing is
         * tuned. By default what {@link Isolation#PROPERTY} asks for; the most that can be had is used in any case.
         */
        public Builder requiredIsolation(Isolation level) {
            limits = new WorkerLimits(limits.heapMebibytes(), limits.startTime(), limits.kernelTime(), level);
            return this;
        }

        /**
         * Sets whether a winner is run once more, on small extents, under each {@linkplain BackendProvider#instruments
         * instrument} of its device that is installed, and rejected if that finds a fault. It takes seconds to a minute
         * for each, beside the budget. By default what {@link #INSTRUMENT_PROPERTY} says.
         */
        public Builder instrumented(boolean whether) {
            instrumented = whether;
            return this;
        }

        /** Sets the clock that dates records; by default the system's. */
        public Builder clock(Clock source) {
            clock = source;
            return this;
        }

        /** Returns the engine; nothing is started before the first request. */
        public TuningEngine build() {
            return new TuningEngine(this);
        }
    }
}
