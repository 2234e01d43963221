package dev.kernelwright.cli;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tuning.TuningEngine;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tunes workloads on one device, one after the other, the way a program that meets them does: by binding them.
 *
 * <p>Used by one thread; the listener is called from the tuner's.
 */
final class TuningSession implements AutoCloseable {
    /** What starting a trial worker, loading the winner and warming it up may take beside the budget. */
    private static final Duration GRACE = Duration.ofMinutes(2);
    /** What the instruments of a device may take together, of which each has a minute. */
    private static final Duration INSTRUMENTS_TIME = Duration.ofMinutes(4);

    private final KernelStore store;
    private final @Nullable RetuneStore retunes;
    private final Duration timeout;
    private final AtomicReference<Optional<TuningRecord>> tuned = new AtomicReference<>(Optional.empty());
    private final List<String> fallbacks = new CopyOnWriteArrayList<>();
    private final TuningEngine tuner;
    private final ComputeRuntime runtime;

    /**
     * Opens a session.
     *
     * @param store where records are found and put; the caller closes it
     * @param instrumented whether winners are run under instruments too
     * @param retune whether to tune also what the store has, of which nothing is lost that is not bettered
     * @param generators who proposes kernels, in the order in which they are asked
     * @param onCandidate is told of each candidate
     */
    TuningSession(KernelStore store, DeviceOptions device, TuningBudget budget, boolean instrumented, boolean retune,
            List<? extends KernelGenerator> generators, Consumer<RuntimeEvent.Candidate> onCandidate) {
        this.store = store;
        this.retunes = retune ? new RetuneStore(store) : null;
        this.timeout = budget.time().plus(GRACE).plus(instrumented ? INSTRUMENTS_TIME : Duration.ZERO);
        List<KernelGenerator> all = new ArrayList<>(generators);
        TuningBudget whole = budget;
        if (retunes != null) {
            all.addFirst(retunes.incumbent());
            whole = new TuningBudget(budget.time(), budget.candidates() + 1);
        }
        this.tuner = TuningEngine.builder().generators(all).instrumented(instrumented).build();
        this.runtime = device.build(ComputeRuntime.builder().store(retunes == null ? store : retunes)
                .tuner(tuner).tuningBudget(whole).missPolicy(MissPolicy.TUNE_ASYNC).listener(event -> {
                    switch (event) {
                        case RuntimeEvent.Candidate candidate -> onCandidate.accept(candidate);
                        case RuntimeEvent.Tuned done -> tuned.set(Optional.of(done.record()));
                        case RuntimeEvent.Fallback fallback -> fallbacks.add(fallback.reason());
                        // What follows from these is in the outcome.
                        case RuntimeEvent.Hit _ -> {}
                        case RuntimeEvent.Miss _ -> {}
                        case RuntimeEvent.Live _ -> {}
                    }
                }));
    }

    /** Returns the device. */
    Device device() {
        return runtime.devices().getFirst();
    }

    /** Returns the key of a workload on the device. */
    KernelKey key(Workload workload) {
        return KernelKey.of(workload, device().target());
    }

    /** Returns the record for a workload that is there already, unless everything is to be tuned anew. */
    Optional<TuningRecord> known(Workload workload) {
        return retunes == null ? find(workload) : Optional.empty();
    }

    private Optional<TuningRecord> find(Workload workload) {
        return store.find(key(workload), device().target()).map(StoredRecord::record)
                .filter(record -> record.isBelieved(Instant.now()));
    }

    /** Tunes a workload unless it is known, and waits until its kernel has proved that it can be loaded. */
    TuningOutcome tune(Workload workload) throws InterruptedException {
        Optional<TuningRecord> known = known(workload);
        if (known.isPresent()) {
            return new TuningOutcome.Hit(known.get());
        }
        tuned.set(Optional.empty());
        fallbacks.clear();
        try (BoundOp bound = bind(workload)) {
            if (!runtime.awaitIdle(timeout)) {
                return new TuningOutcome.Failed(
                        "tuning " + bound.workload() + " did not end within " + timeout.toSeconds()
                                + " s, far more than its budget: run 'kernelwright doctor'");
            }
        }
        // Another process may have tuned it meanwhile.
        Optional<TuningRecord> record = tuned.get().or(() -> fallbacks.isEmpty() ? find(workload) : Optional.empty());
        if (record.isEmpty()) {
            return new TuningOutcome.Failed(fallbacks.isEmpty()
                    ? "tuning " + workload + " ended without a verdict: run 'kernelwright doctor'"
                    : String.join("; ", fallbacks));
        }
        Optional<TuningRecord> kept = retunes == null ? Optional.empty() : retunes.kept(record.get().key());
        if (kept.isPresent()) {
            return new TuningOutcome.Kept(kept.get(), record.get());
        }
        // Read back, since that is what the next process will do.
        boolean stored = find(workload).filter(found -> found.created().equals(record.get().created())).isPresent();
        return stored
                ? new TuningOutcome.Stored(record.get())
                : new TuningOutcome.Failed(fallbacks.isEmpty()
                        ? "the record of " + workload + " is not in " + store.location() + " though it was put there:"
                                + " run 'kernelwright cache verify'"
                        : String.join("; ", fallbacks));
    }

    private BoundOp bind(Workload workload) {
        try {
            return runtime.bind(workload, device());
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    @Override
    public void close() {
        tuner.close();
        runtime.close();
    }
}
