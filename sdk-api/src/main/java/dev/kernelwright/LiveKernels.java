package dev.kernelwright;

import dev.kernelwright.dispatch.LiveKernel;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReferenceKernel;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The live kernels of a runtime by workload and device, and what happens on a hit and on a miss. */
final class LiveKernels {
    /** Longer than any warm-up: what is still under way then is left to end by itself. */
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final KernelStore store;
    private final @Nullable Tuner tuner;
    private final MissPolicy policy;
    private final TuningBudget budget;
    private final Map<String, KernelTemplate> templates;
    private final BlockPool pool;
    private final Clock clock;
    private final EventSink events;
    private final Executor executor;
    private final @Nullable ExecutorService ownedExecutor;
    private final Map<Bound, LiveKernel> kernels = new HashMap<>();
    private final Map<KernelKey, CompletableFuture<?>> tunings = new ConcurrentHashMap<>();
    private final Queue<CompletableFuture<?>> pending = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    LiveKernels(KernelStore store, @Nullable Tuner tuner, MissPolicy policy, TuningBudget budget,
            Map<String, KernelTemplate> templates, BlockPool pool, Clock clock, EventSink events,
            @Nullable Executor executor) {
        this.store = store;
        this.tuner = tuner;
        this.policy = policy;
        this.budget = budget;
        this.templates = templates;
        this.pool = pool;
        this.clock = clock;
        this.events = events;
        if (executor != null) {
            this.ownedExecutor = null;
            this.executor = executor;
        } else {
            this.ownedExecutor = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("kernelwright-background").factory());
            this.executor = ownedExecutor;
        }
    }

    /** What a live kernel is found by; a key would be made of the same, in microseconds. */
    private record Bound(Workload workload, Device device) {}

    static String templateKey(String op, String language) {
        return op + "/" + language;
    }

    EventSink events() {
        return events;
    }

    /** Returns the live kernel of a workload, made and looked up in the store at the first call. */
    synchronized LiveKernel find(Workload workload, Device device) {
        Bound bound = new Bound(workload, device);
        LiveKernel known = kernels.get(bound);
        if (known != null) {
            return known;
        }
        KernelKey key = KernelKey.of(workload, device.target());
        Optional<TuningRecord> record = store.find(key).filter(found -> !found.isExpired(clock.instant()));
        if (record.isEmpty() && policy == MissPolicy.FAIL) {
            events.emit(new RuntimeEvent.Miss(workload, device.name(), policy));
            throw new KernelMissException("a tuned kernel for " + workload + " on " + device + " was asked for, but "
                    + store.location() + " has none: warm the cache, or choose another miss policy");
        }
        Backend backend = device.backend();
        LiveKernel kernel = new LiveKernel(key, workload, backend, baseline(workload, backend),
                reason -> events.emit(new RuntimeEvent.Fallback(workload.toString(), reason)));
        kernels.put(bound, kernel);
        if (record.isPresent()) {
            events.emit(new RuntimeEvent.Hit(workload, device.name(), record.get()));
            track(CompletableFuture.runAsync(() -> load(kernel, record.get(), true), executor));
        } else {
            events.emit(new RuntimeEvent.Miss(workload, device.name(), policy));
            onMiss(kernel);
        }
        return kernel;
    }

    /** Waits, under {@link MissPolicy#TUNE_BLOCKING}, until the tuning of a kernel has ended; its failure is an event. */
    void awaitTuned(LiveKernel kernel) {
        CompletableFuture<?> tuning = policy == MissPolicy.TUNE_BLOCKING ? tunings.get(kernel.key()) : null;
        if (tuning != null) {
            tuning.exceptionally(failure -> null).join();
        }
    }

    private LoadedKernel baseline(Workload workload, Backend backend) {
        return backend.baseline(workload.signature()).orElseGet(() -> new ReferenceKernel(workload, backend, pool));
    }

    private void onMiss(LiveKernel kernel) {
        if (tuner != null && (policy == MissPolicy.TUNE_ASYNC || policy == MissPolicy.TUNE_BLOCKING)) {
            tune(kernel, tuner);
        }
    }

    private void tune(LiveKernel kernel, Tuner usedTuner) {
        Workload workload = kernel.workload();
        Backend backend = kernel.backend();
        String device = backend.device().name();
        TuningRequest request = new TuningRequest(kernel.key(), workload, backend, pool.parallelism(),
                Optional.ofNullable(templates.get(templateKey(workload.op().name(), backend.sourceLanguage()))),
                budget);
        CompletableFuture<?> whole =
                usedTuner
                        .submit(request,
                                (number, spent, source,
                                        evaluation) -> events.emit(new RuntimeEvent.Candidate(workload, device, number,
                                                spent, source, evaluation)))
                        .thenAcceptAsync(record -> adopt(kernel, record), executor)
                        .whenComplete((nothing, failure) -> {
                            if (failure != null && !stopped) {
                                fallBack(kernel, "tuning it failed (" + failure.getMessage() + "): the baseline goes on"
                                        + " answering, and it is tried again when a process next binds it");
                            }
                        });
        tunings.put(kernel.key(), whole);
        track(whole);
    }

    private void adopt(LiveKernel kernel, TuningRecord record) {
        try {
            store.put(record);
        } catch (IOException e) {
            events.emit(new RuntimeEvent.Fallback("kernel store " + store.location(), "a record could not be stored, so"
                    + " it is used in this process only: " + e.getMessage()));
        }
        events.emit(new RuntimeEvent.Tuned(kernel.workload(), kernel.backend().device().name(), record));
        load(kernel, record, false);
    }

    /** Loads and warms up a record's kernel and swaps it in; a record that cannot be loaded is a miss after all. */
    private void load(LiveKernel kernel, TuningRecord record, boolean tuneOnFailure) {
        if (record.kernel() == null || stopped) {
            return;
        }
        try {
            LoadedKernel loaded = kernel.backend().load(record.kernel().binary(), kernel.workload().signature());
            Evaluation evaluation = record.evaluation();
            Timing timing = evaluation.kernel();
            if (timing != null && !loaded.warmUp((long) timing.medianNanos())) {
                fallBack(kernel, "its tuned kernel did not reach the speed measured when it was tuned, "
                        + Math.round(timing.medianNanos()) + " ns a call: it is used all the same; if the"
                        + " machine is not just busy, tune it again");
            }
            kernel.swap(loaded);
            events.emit(new RuntimeEvent.Live(kernel.workload(), kernel.backend().device().name()));
        } catch (KernelRejectedException | RuntimeException e) {
            fallBack(kernel, "its stored kernel cannot be loaded (" + e.getMessage() + "): the baseline answers");
            if (tuneOnFailure && !stopped) {
                onMiss(kernel);
            }
        }
    }

    private void fallBack(LiveKernel kernel, String reason) {
        events.emit(new RuntimeEvent.Fallback(kernel.workload().toString(), reason));
    }

    private void track(CompletableFuture<?> task) {
        pending.removeIf(CompletableFuture::isDone);
        pending.add(task);
    }

    boolean awaitIdle(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!pending.stream().allMatch(CompletableFuture::isDone)) {
            try {
                // Failures have become events; what counts here is that every task ended.
                CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new)).exceptionally(failure -> null)
                        .get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError("every failure was answered with null", e);
            } catch (TimeoutException e) {
                return false;
            }
        }
        return true;
    }

    /** Begins nothing more, gives up on what is being tuned, and waits for what is being loaded. */
    void stop() {
        stopped = true;
        tunings.values().forEach(tuning -> tuning.cancel(false));
        if (ownedExecutor != null) {
            ownedExecutor.shutdown();
        }
        try {
            awaitIdle(CLOSE_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Unloads every kernel; no call may be under way. */
    synchronized void close() {
        kernels.values().forEach(LiveKernel::close);
        kernels.clear();
    }
}
