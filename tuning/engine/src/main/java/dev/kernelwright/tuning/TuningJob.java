package dev.kernelwright.tuning;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.Instrument;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LibraryVersion;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningListener;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.InstrumentedRun;
import dev.kernelwright.tuning.trial.NoMemoryException;
import dev.kernelwright.tuning.trial.WorkerLimits;
import dev.kernelwright.tuning.verify.KernelTimer.Effort;
import dev.kernelwright.tuning.verify.Safeguard;
import dev.kernelwright.tuning.verify.SpeedRule;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tuning of one key: proposals, verdicts, and at the end a record.
 *
 * <p>The search ends when its budget is spent, when nothing more is proposed, or when the best kernel is near the
 * roofline. A part of the time is kept back ({@link Schedule}), in which the best is confirmed against the baseline in a
 * fresh process; if it fails, the next best has its turn.
 */
final class TuningJob implements Runnable {
    /** How long the finding that nothing beats the baseline is believed. */
    static final Duration FAILURE_LIFETIME = Duration.ofDays(7);
    private static final Logger LOG = LoggerFactory.getLogger(TuningJob.class);
    /** What a run under one instrument may take, beside the budget. */
    private static final Duration INSTRUMENTED_TIME = Duration.ofMinutes(1);
    private static final int MAX_DUPLICATES_IN_A_ROW = 100;

    private final TuningRequest request;
    private final List<KernelGenerator> generators;
    private final WorkerLimits limits;
    private final boolean instrumented;
    private final Clock clock;
    private final List<TuningListener> listeners = new CopyOnWriteArrayList<>();
    private final Runnable beforeResult;
    private final CompletableFuture<TuningRecord> future = new CompletableFuture<>();
    private final Tally tally = new Tally();
    /** The verdicts so far, by {@link #digest}. */
    private final Map<String, Evaluation> known = new HashMap<>();
    /** What else the record's provenance is to say. */
    private final Map<String, String> remarks = new LinkedHashMap<>();
    /** What generators say of how contenders were made, by number. */
    private final Map<Integer, Map<String, String>> makings = new HashMap<>();
    private volatile boolean cancelled;
    private volatile @Nullable KernelEvaluator evaluator;
    private long startNanos;

    /**
     * Creates a job.
     *
     * @param instrumented whether winners are run under the backend's instruments too
     * @param beforeResult is called when the work is done, before anybody learns the result
     */
    TuningJob(TuningRequest request, List<KernelGenerator> generators, WorkerLimits limits, boolean instrumented,
            Clock clock, Runnable beforeResult) {
        this.request = request;
        this.generators = generators;
        this.limits = limits;
        this.instrumented = instrumented;
        this.clock = clock;
        this.beforeResult = beforeResult;
    }

    /** Returns the result; a copy for each who asks, so that nobody can complete another's. */
    CompletableFuture<TuningRecord> result() {
        return future.copy();
    }

    void addListener(TuningListener listener) {
        listeners.add(listener);
    }

    /** Completes the result exceptionally and kills the worker. */
    void cancel(String why) {
        cancelled = true;
        future.completeExceptionally(new CancellationException(why));
        KernelEvaluator current = evaluator;
        if (current != null) {
            current.close();
        }
    }

    /** Does the work; whatever happens, the result is complete afterwards. */
    @Override
    public void run() {
        startNanos = System.nanoTime();
        try {
            TuningRecord result = outcome();
            beforeResult.run();
            future.complete(result);
        } catch (IOException | RuntimeException | Error e) {
            beforeResult.run();
            if (future.completeExceptionally(e)) {
                LOG.warn("{} could not be tuned: {}", request.workload(), e.toString());
            }
        }
    }

    private TuningRecord outcome() throws IOException {
        if (KernelEvaluator.isEmpty(request.workload())) {
            return record(null, Evaluation.rejected(ReasonCode.NOT_FASTER, request.workload()
                    + " has a tensor without elements, so there is nothing to make faster"), null);
        }
        try (KernelEvaluator opened = new KernelEvaluator(request.workload(), request.backend(), request.threads(),
                request.rooflines(), limits, Safeguard.all())) {
            evaluator = opened;
            requireGoingOn();
            return tune(opened);
        }
    }

    private TuningRecord tune(KernelEvaluator open) throws IOException {
        for (int i = 0; i < generators.size() && !isSpent(searchEnd()) && !isNearRoof(); i++) {
            // What is left is shared out equally; what one does not use goes to those after it.
            int left = generators.size() - i;
            int candidates = tally.tried() + Math.ceilDiv(request.budget().candidates() - tally.tried(), left);
            Deadline share = new Deadline(System.nanoTime() + searchEnd().remainingNanos() / left);
            searchWith(generators.get(i), open, candidates, share);
        }
        if (tally.tried() == 0 && !remarks.isEmpty()) {
            // Not that nothing beats the baseline, which would be remembered, but that nobody could say so.
            throw new IOException("no kernel for " + request.workload() + " was proposed: "
                    + String.join("; ", remarks.values()));
        }
        for (Tally.Contender contender : tally.contenders()) {
            requireGoingOn();
            // The best is confirmed in any case, which takes a second: it would be lost for its budget's sake.
            Evaluation confirmed = open.confirm(contender.binary(), contender.evaluation(),
                    schedule().confirmationEnd(contender, System.nanoTime()));
            if (confirmed.accepted() && instrumented) {
                confirmed = instrumented(contender, confirmed);
            }
            if (confirmed.accepted()) {
                open.describeConditions(remarks);
                return finish(record(contender, confirmed, null));
            }
            LOG.debug("{}: candidate {} was not confirmed: {}", request.workload(), contender.number(),
                    confirmed.message());
            tally.reject(confirmed);
            if (System.nanoTime() - startNanos > request.budget().time().toNanos()) {
                break;
            }
        }
        String memoryShortage = tally.memoryShortage();
        if (memoryShortage != null) {
            throw new NoMemoryException(memoryShortage);
        }
        if (tally.isUndecided()) {
            throw new IOException("no kernel for " + request.workload() + " could be judged within "
                    + request.budget().time().toMillis() / 1000.0 + " s: allow more time, or try when the machine is"
                    + " less busy");
        }
        return finish(record(null, tally.failure(), clock.instant().plus(FAILURE_LIFETIME)));
    }

    /** Returns the verdict on a winner once its backend's instruments have watched it; what they say is remarked. */
    private Evaluation instrumented(Tally.Contender contender, Evaluation accepted) {
        Optional<SmallCase> small = SmallCase.of(request.workload(), contender.source());
        for (Instrument instrument : InstrumentedRun.instruments(request.backend())) {
            requireGoingOn();
            InstrumentedRun.Outcome outcome = small.isEmpty()
                    ? new InstrumentedRun.Outcome.Skipped("the kernel is made for no extents as small as it takes")
                    : InstrumentedRun.of(limits, request.backend(), instrument, small.get().source(),
                            small.get().signature(), small.get().axes(), INSTRUMENTED_TIME);
            switch (outcome) {
                case InstrumentedRun.Outcome.Faulty(Instrument.Fault fault) -> {
                    return Evaluation.rejected(fault.reason(), fault.message());
                }
                case InstrumentedRun.Outcome.Clean() -> remarks.put("instrument." + instrument.name(),
                        "nothing found with the extents " + Arrays.toString(small.orElseThrow().axes()));
                case InstrumentedRun.Outcome.Skipped(String reason) -> {
                    LOG.warn("{} was not run under {}: {}", request.workload(), instrument.name(), reason);
                    remarks.put("instrument." + instrument.name(), "not run: " + reason);
                }
            }
        }
        return accepted;
    }

    private Schedule schedule() {
        return new Schedule(startNanos, request.budget().time().toNanos());
    }

    /** Returns when to stop searching as things are; earlier once a kernel was found that takes long to judge. */
    private Deadline searchEnd() {
        return schedule().searchEnd(tally.best().orElse(null));
    }

    private void searchWith(KernelGenerator generator, KernelEvaluator open, int candidates, Deadline share)
            throws IOException {
        try {
            KernelGenerator.Search search = generator.start(share(candidates - tally.tried(), share));
            search.baseline(() -> open.baselineNanos(share));
            tally.best().ifPresent(best -> search.learn(best.source(), best.evaluation()));
            int duplicates = 0;
            Deadline end = share.earlier(searchEnd());
            while (tally.tried() < candidates && !isSpent(end)
                    && (generator.wantsEveryVerdict() || !isNearRoof()) && duplicates < MAX_DUPLICATES_IN_A_ROW) {
                Optional<KernelSource> proposal = search.next();
                if (proposal.isEmpty()) {
                    return;
                }
                KernelSource source = proposal.get();
                Evaluation evaluation = known.get(digest(source));
                if (evaluation != null) {
                    duplicates++;
                    tally.addDuplicate();
                } else {
                    duplicates = 0;
                    evaluation = evaluate(generator, search, source, open, end);
                }
                search.learn(source, evaluation);
                end = share.earlier(searchEnd());
            }
        } catch (RuntimeException e) {
            requireGoingOn();
            // Another generator may do better, and what was found so far is not lost.
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            LOG.warn("The generator {} failed on {}: {}", generator.name(), request.workload(), reason);
            LOG.debug("The generator {} failed", generator.name(), e);
            remarks.put("failed." + generator.name(), reason);
        }
    }

    /** Returns the request with a generator's share of the budget. */
    private TuningRequest share(int candidates, Deadline end) {
        Duration time = Duration.ofNanos(Math.max(1, end.remainingNanos()));
        return new TuningRequest(request.key(), request.workload(), request.backend(), request.threads(),
                request.template(), new TuningBudget(time, Math.max(1, candidates)), request.rooflines());
    }

    private Evaluation evaluate(KernelGenerator generator, KernelGenerator.Search search, KernelSource source,
            KernelEvaluator open, Deadline end) throws IOException {
        long start = System.nanoTime();
        KernelEvaluator.Trial trial;
        try {
            trial = open.evaluate(source, Effort.SEARCH, end);
        } catch (RuntimeException e) {
            // Not the generator's fault but, say, a reference that throws: no candidate will fare better.
            throw new IOException("kernels for " + request.workload() + " cannot be evaluated: " + e, e);
        }
        requireGoingOn();
        known.put(digest(source), trial.evaluation());
        int number = tally.add(generator.name(), source, trial, System.nanoTime() - start);
        if (trial.binary() != null && !trial.binary().log().isBlank()) {
            search.compiled(trial.binary().log());
        }
        if (!open.report().isBlank()) {
            search.loaded(open.report());
        }
        if (trial.evaluation().accepted()) {
            makings.put(number, search.provenance(source));
        }
        LOG.debug("{}: candidate {} {}: {} {}", request.workload(), number, source.parameters(),
                trial.evaluation().reason(), trial.evaluation().message());
        double spent = Math.max((double) number / request.budget().candidates(),
                (double) (System.nanoTime() - startNanos) / request.budget().time().toNanos());
        for (TuningListener listener : listeners) {
            try {
                listener.candidate(number, Math.min(1, spent), source, trial.evaluation());
            } catch (RuntimeException e) {
                LOG.warn("A listener failed", e);
            }
        }
        return trial.evaluation();
    }

    /** Identifies a kernel; two points of a search space may give the same one. */
    private static String digest(KernelSource source) {
        return KernelKey.sha256((source.language() + "\n" + source.plan() + "\n" + source.text()).getBytes(UTF_8));
    }

    private boolean isSpent(Deadline end) {
        requireGoingOn();
        return end.isPast() || tally.tried() >= request.budget().candidates();
    }

    private boolean isNearRoof() {
        return tally.best().map(best -> {
            Timing timing = best.evaluation().kernel();
            return timing != null && SpeedRule.isNearFloor(timing, best.evaluation().floorNanos());
        }).orElse(false);
    }

    private void requireGoingOn() {
        if (cancelled) {
            throw new CancellationException("the tuning of " + request.workload() + " was cancelled");
        }
    }

    private TuningRecord finish(TuningRecord result) {
        LOG.info("{}: {} after {} candidates", request.workload(),
                result.kernel() == null ? "the baseline stays" : result.evaluation().message(), tally.tried());
        return result;
    }

    private TuningRecord record(Tally.@Nullable Contender winner, Evaluation evaluation, @Nullable Instant expires) {
        Map<String, String> provenance = new LinkedHashMap<>();
        if (winner != null) {
            provenance.put("generator", winner.generator());
            provenance.put("candidate", Integer.toString(winner.number()));
            winner.source().parameters()
                    .forEach((name, value) -> provenance.put("parameter." + name, value.toString()));
            provenance.putAll(makings.getOrDefault(winner.number(), Map.of()));
        }
        tally.describe(provenance);
        provenance.putAll(remarks);
        provenance.put("seconds", String.format(Locale.ROOT, "%.1f", (System.nanoTime() - startNanos) / 1e9));
        provenance.put(LibraryVersion.PROVENANCE, LibraryVersion.current());
        provenance.put("java", Runtime.version().toString());
        return new TuningRecord(request.key(), request.backend().target(),
                winner == null ? null : new TuningRecord.Kernel(winner.source(), winner.binary()), evaluation,
                provenance, clock.instant(), expires, baseline());
    }

    /** Returns what the baseline was compiled to, for hosts that have the record and no compiler. */
    private @Nullable KernelBinary baseline() {
        KernelEvaluator open = evaluator;
        try {
            return (open == null
                    ? request.backend().baselineBinary(request.workload().signature())
                    : open.baselineBinary()).orElse(null);
        } catch (IOException | RuntimeException e) {
            LOG.warn("The record of {} is of no use where there is no compiler: {}", request.workload(),
                    e.getMessage());
            return null;
        }
    }
}
