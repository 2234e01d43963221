package dev.kernelwright;

import dev.kernelwright.dispatch.LiveKernel;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Lease;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.ReferenceKernel;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.Tuner;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
    /** How long after its budget a tuning may still hold its lease: it confirms its winner and stores it. */
    private static final Duration LEASE_GRACE = Duration.ofMinutes(2);
    private static final long LEASE_POLL_MILLIS = 250;

    private final KernelStore store;
    private final @Nullable Tuner tuner;
    private final MissPolicy policy;
    private final ImportGate gate;
    private final TuningBudget budget;
    private final Map<String, KernelTemplate> templates;
    private final BlockPool pool;
    private final Rooflines rooflines;
    private final Clock clock;
    private final EventSink events;
    private final Executor executor;
    private final @Nullable ExecutorService ownedExecutor;
    private final Map<Bound, LiveKernel> kernels = new HashMap<>();
    private final Map<KernelKey, CompletableFuture<?>> tunings = new ConcurrentHashMap<>();
    private final Queue<CompletableFuture<?>> pending = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    LiveKernels(KernelStore store, @Nullable Tuner tuner, MissPolicy policy, ImportPolicy imports,
            TuningBudget budget, Map<String, KernelTemplate> templates, BlockPool pool, Rooflines rooflines,
            Clock clock, EventSink events,
            @Nullable Executor executor) {
        this.store = store;
        this.tuner = tuner;
        this.policy = policy;
        this.gate = new ImportGate(imports);
        this.budget = budget;
        this.templates = templates;
        this.pool = pool;
        this.rooflines = rooflines;
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
        store.onPublished(this::publishedElsewhere);
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
        Optional<StoredRecord> record = lookUp(key, device.target());
        if (record.isEmpty() && policy == MissPolicy.FAIL) {
            events.emit(new RuntimeEvent.Miss(workload, device.name(), policy));
            throw new KernelMissException("a tuned kernel for " + workload + " on " + device + " was asked for, but "
                    + store.location() + " has none: warm the cache, or choose another miss policy");
        }
        Backend backend = device.backend();
        LiveKernel kernel = new LiveKernel(key, workload, backend, baseline(workload, backend, record.orElse(null)),
                reason -> events.emit(new RuntimeEvent.Fallback(workload.toString(), reason)));
        kernels.put(bound, kernel);
        if (record.isPresent()) {
            events.emit(new RuntimeEvent.Hit(workload, device.name(), record.get().record()));
            track(serve(kernel, record.get()));
        } else {
            events.emit(new RuntimeEvent.Miss(workload, device.name(), policy));
            onMiss(kernel, null);
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

    /** Makes the baseline, or where that needs a compiler that is not here, loads it from a record that is trusted. */
    private LoadedKernel baseline(Workload workload, Backend backend, @Nullable StoredRecord stored) {
        try {
            return backend.baseline(workload.signature()).orElseGet(() -> new ReferenceKernel(workload, backend, pool));
        } catch (IllegalStateException failure) {
            if (stored == null || !gate.trusts(stored, backend.target())) {
                throw failure;
            }
            KernelBinary binary = stored.record().baseline();
            if (binary == null) {
                throw failure;
            }
            try {
                return backend.load(binary, workload.signature());
            } catch (KernelRejectedException | RuntimeException e) {
                failure.addSuppressed(e);
                throw failure;
            }
        }
    }

    private Optional<StoredRecord> lookUp(KernelKey key, Target target) {
        return store.find(key, target).filter(found -> found.record().isBelieved(clock.instant()));
    }

    /** Brings a stored record's kernel to answer calls, after the recheck that it may need. */
    private CompletableFuture<Void> serve(LiveKernel kernel, StoredRecord stored) {
        if (tuner != null && stored.record().kernel() != null && gate.stops(stored, kernel.backend().target())) {
            return tuner.recheck(request(kernel), stored.record()).handleAsync((checked, failure) -> {
                if (checked != null) {
                    admit(kernel, stored, checked);
                } else if (!stopped) {
                    fallBack(kernel, "its record from " + stored.layer() + " could not be rechecked ("
                            + message(failure) + "): the baseline answers, and it is tried again when a process next"
                            + " binds it");
                }
                return null;
            }, executor);
        }
        return CompletableFuture.runAsync(() -> load(kernel, stored.record(), true), executor);
    }

    /** Acts on the verdict of a recheck. */
    private void admit(LiveKernel kernel, StoredRecord stored, TuningRecord checked) {
        Evaluation verdict = checked.evaluation();
        if (verdict.accepted()) {
            keep(checked);
            load(kernel, checked, true);
            return;
        }
        String found = "its record from " + stored.layer() + " did not pass the recheck on this machine ("
                + verdict.reason() + ": " + verdict.message() + ")";
        // What is only slow, had no time, or meets another compiler may be right: nobody else is to be kept from it. Nor
        // are processes with the driver that the user's own record was made with.
        if (stored.imported() && !EnumSet.of(ReasonCode.NOT_FASTER, ReasonCode.TIMEOUT, ReasonCode.COMPILE_ERROR)
                .contains(verdict.reason())) {
            gate.failed(stored);
            try {
                store.setAside(stored, found);
            } catch (IOException e) {
                events.emit(new RuntimeEvent.Fallback("kernel store " + store.location(),
                        "a record could not be set aside: " + e.getMessage()));
            }
        }
        fallBack(kernel, found + ": the baseline answers");
        onMiss(kernel, stored.record());
    }

    /** Takes up what another process has published, unless a tuned kernel answers already. */
    private void publishedElsewhere(KernelKey key) {
        List<LiveKernel> waiting;
        synchronized (this) {
            waiting = kernels.values().stream().filter(each -> each.key().equals(key) && !each.isTuned()).toList();
        }
        for (LiveKernel kernel : waiting) {
            CompletableFuture<?> tuning = tunings.get(key);
            if (!stopped && (tuning == null || tuning.isDone())) {
                lookUp(key, kernel.backend().target()).ifPresent(stored -> track(serve(kernel, stored)));
            }
        }
    }

    private void onMiss(LiveKernel kernel, @Nullable TuningRecord unusable) {
        if (tuner != null && !stopped && (policy == MissPolicy.TUNE_ASYNC || policy == MissPolicy.TUNE_BLOCKING)) {
            CompletableFuture<Void> whole = new CompletableFuture<>();
            tunings.put(kernel.key(), whole);
            track(whole);
            tuneWithLease(kernel, tuner, unusable, whole);
        }
    }

    /** Tunes if no other process does; else waits for its record, or for its lease to end. */
    private void tuneWithLease(LiveKernel kernel, Tuner usedTuner, @Nullable TuningRecord unusable,
            CompletableFuture<Void> whole) {
        if (stopped) {
            whole.complete(null);
            return;
        }
        Optional<Lease> lease = store.tryLease(kernel.key(), budget.time().plus(LEASE_GRACE));
        // Only now: the last holder may have put it since this process looked.
        Optional<StoredRecord> meanwhile = lookUp(kernel.key(), kernel.backend().target())
                .filter(found -> unusable == null || !found.record().created().equals(unusable.created()));
        if (meanwhile.isPresent()) {
            lease.ifPresent(Lease::close);
            track(serve(kernel, meanwhile.get()).whenComplete((nothing, failure) -> whole.complete(null)));
        } else if (lease.isPresent()) {
            // Also when it is cancelled.
            track(whole.whenComplete((nothing, failure) -> lease.get().close()));
            // Not tracked: closing the runtime cancels the whole and does not wait for an application's tuner.
            var _ = tune(kernel, usedTuner)
                    .whenComplete((nothing, failure) -> whole.complete(null));
        } else {
            CompletableFuture.delayedExecutor(LEASE_POLL_MILLIS, TimeUnit.MILLISECONDS, executor)
                    .execute(() -> tuneWithLease(kernel, usedTuner, unusable, whole));
        }
    }

    private CompletableFuture<Void> tune(LiveKernel kernel, Tuner usedTuner) {
        Workload workload = kernel.workload();
        String device = kernel.backend().device().name();
        CompletableFuture<TuningRecord> result = usedTuner.submit(request(kernel),
                (number, spent, source, evaluation) -> events.emit(
                        new RuntimeEvent.Candidate(workload, device, number, spent, source, evaluation)));
        return result.thenAcceptAsync(record -> adopt(kernel, record), executor).whenComplete((nothing, failure) -> {
            if (failure != null && !stopped) {
                fallBack(kernel,
                        "tuning it failed (" + message(failure) + "): the baseline goes on answering, and it is"
                                + " tried again when a process next binds it");
            }
        });
    }

    private TuningRequest request(LiveKernel kernel) {
        Workload workload = kernel.workload();
        Backend backend = kernel.backend();
        return new TuningRequest(kernel.key(), workload, backend, pool.parallelism(),
                Optional.ofNullable(templates.get(templateKey(workload.op().name(), backend.sourceLanguage()))),
                budget, rooflines);
    }

    private static @Nullable String message(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause().getMessage()
                : failure.getMessage();
    }

    private void keep(TuningRecord record) {
        try {
            store.put(record);
        } catch (IOException e) {
            events.emit(new RuntimeEvent.Fallback("kernel store " + store.location(), "a record could not be stored, so"
                    + " it is used in this process only: " + e.getMessage()));
        }
    }

    private void adopt(LiveKernel kernel, TuningRecord record) {
        keep(record);
        events.emit(new RuntimeEvent.Tuned(kernel.workload(), kernel.backend().device().name(), record));
        load(kernel, record, false);
    }

    /** Loads and warms up a record's kernel and swaps it in; a record that cannot be loaded is a miss after all. */
    private void load(LiveKernel kernel, TuningRecord record, boolean tuneOnFailure) {
        if (record.kernel() == null || stopped) {
            return;
        }
        try {
            LoadedKernel loaded = loaded(kernel, record.kernel());
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
            if (tuneOnFailure) {
                onMiss(kernel, record);
            }
        }
    }

    /**
     * Loads a binary, or what its source, which is what was verified, is compiled to here where the backend refuses it:
     * binaries are derived, and a driver that has changed under one version has others.
     */
    private static LoadedKernel loaded(LiveKernel kernel, TuningRecord.Kernel stored) throws KernelRejectedException {
        Backend backend = kernel.backend();
        KernelSignature signature = kernel.workload().signature();
        try {
            return backend.load(stored.binary(), signature);
        } catch (KernelRejectedException refusal) {
            try {
                return backend.load(backend.compile(stored.source(), signature), signature);
            } catch (KernelRejectedException | RuntimeException e) {
                refusal.addSuppressed(e);
                throw refusal;
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
