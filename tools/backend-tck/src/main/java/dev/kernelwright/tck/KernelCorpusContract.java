package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tuning.KernelEvaluator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Hostile and honest kernels of one backend through the real engine: compiled, run in a trial worker, judged by the
 * verifier.
 *
 * <p>Every attack of the catalogue is rejected with the reason that its file names, and no honest kernel is rejected for
 * anything but its speed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class KernelCorpusContract {
    /** For every verdict but a time-out: far more than any takes, also on a busy machine. */
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** For a kernel that is to be timed out: enough for the start of a worker. */
    private static final Duration SHORT_LIMIT = Duration.ofSeconds(3);
    private static final int THREADS = 2;
    private static final int HONEST_RUNS = 10;
    private static final int MIN_KERNELS = 40;
    /** An honest kernel need not be fast. */
    private static final Set<ReasonCode> HONEST = EnumSet.of(ReasonCode.ACCEPTED, ReasonCode.NOT_FASTER);

    /** Evaluators that judge nothing at the moment, by their workload: each judges one kernel at a time. */
    private final Map<String, Queue<KernelEvaluator>> idle = new ConcurrentHashMap<>();
    /** As many kernels are judged at a time, since one keeps about one processor busy: its worker waits, or the judge. */
    private final Semaphore processors = new Semaphore(THREADS, true);
    private final BlockPool pool = new BlockPool(THREADS);
    private final Rooflines rooflines = new Rooflines(Optional.empty());
    private @Nullable Backend backend;
    private final AtomicInteger rejected = new AtomicInteger();
    /** Files of honest kernels that were tried, and of those that were refused. */
    private final Set<String> tried = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** For subclasses. */
    protected KernelCorpusContract() {}

    /** Returns the backend's provider. */
    protected abstract BackendProvider provider();

    /** Returns a folder with the folders {@code attacks} and {@code honest}, one kernel a file. */
    protected abstract Path corpus();

    /** Returns the attacks that the backend's language cannot express, each with the reason. */
    protected Map<Attack, String> inexpressible() {
        return Map.of();
    }

    /**
     * Returns the files of attacks that the verifier is known to miss today. Each is a defect: the test fails for one
     * that is no longer missed, so that the list only gets shorter.
     */
    protected Set<String> missed() {
        return Set.of();
    }

    @BeforeAll
    void open() {
        if (provider().probe() instanceof Probe.Unavailable(String reason, String cure)) {
            abort(reason + ": " + cure);
        }
        Backend opened = provider().open(0, pool);
        backend = opened;
        // Before kernels share the processors: measured beside others, the roofline is too low.
        rooflines.of(opened);
    }

    @AfterAll
    void close() {
        idle.values().forEach(each -> each.forEach(KernelEvaluator::close));
        try (pool; Backend opened = backend) {
            if (opened != null && rejected.get() > 0) {
                Scorecard.write(opened.device().name(), "corpus", List.of("| corpus | |", "| --- | --- |",
                        "| attacks rejected for their reason | " + rejected + " of " + attacks().size() + " |",
                        "| honest kernels refused | " + refused.size() + " of the " + tried.size() + " that were"
                                + " tried; there are " + honest().size() + " |"));
            }
        }
    }

    private Backend backend() {
        return Objects.requireNonNull(backend, "the backend is open between the first test and the last");
    }

    /** A race takes two processors, and where the time is short, others must not use it up. */
    private static int processorsNeeded(CorpusKernel kernel, Duration limit) {
        return kernel.attack() == Attack.RACE_BETWEEN_BLOCKS || limit.equals(SHORT_LIMIT) ? THREADS : 1;
    }

    private Evaluation evaluate(CorpusKernel kernel, int processorsNeeded, Duration limit)
            throws IOException, InterruptedException {
        processors.acquire(processorsNeeded);
        try {
            // One worker serves many kernels, as when tuning.
            Queue<KernelEvaluator> free =
                    idle.computeIfAbsent(kernel.get("workload"), text -> new ConcurrentLinkedQueue<>());
            KernelEvaluator kept = free.poll();
            KernelEvaluator evaluator = kept != null
                    ? kept
                    : new KernelEvaluator(kernel.workload(), backend(), THREADS, rooflines);
            try {
                return evaluator.evaluate(kernel.source(backend().sourceLanguage()), limit);
            } finally {
                free.add(evaluator);
            }
        } finally {
            processors.release(processorsNeeded);
        }
    }

    private List<CorpusKernel> attacks() {
        return CorpusKernel.readAll(corpus().resolve("attacks"));
    }

    private List<CorpusKernel> honest() {
        return CorpusKernel.readAll(corpus().resolve("honest"));
    }

    /** Every attack of the catalogue has a kernel, or a reason why it cannot have one. */
    @Test
    @Proves("M36")
    void everyAttackOfTheCatalogueIsTried() {
        Set<Attack> tried = new TreeSet<>(attacks().stream().map(CorpusKernel::attack).toList());
        assertThat(tried).noneMatch(inexpressible()::containsKey);
        tried.addAll(inexpressible().keySet());
        assertThat(tried).containsExactly(Attack.values());
        assertThat(attacks()).hasSizeGreaterThanOrEqualTo(MIN_KERNELS);
    }

    /** Every attack names reasons that the catalogue has for it. */
    @Test
    void everyAttackExpectsAReasonOfTheCatalogue() {
        assertThat(attacks()).allSatisfy(kernel -> {
            assertThat(kernel.attack().reasons()).containsAll(kernel.expected());
            assertThat(kernel.get("tries")).isNotBlank();
        });
    }

    /** Every attack is rejected with a reason it expects. */
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    @Proves("M36")
    Stream<DynamicTest> anAttackIsRejectedForItsReason() {
        return attacks().stream().map(kernel -> dynamicTest(kernel.file(), () -> {
            assumeTrue(kernel.attack() != Attack.RACE_BETWEEN_BLOCKS
                    || Runtime.getRuntime().availableProcessors() >= THREADS, "a race takes two processors");
            Duration limit = kernel.expected().contains("TIMEOUT") ? SHORT_LIMIT : LIMIT;
            Evaluation evaluation = evaluate(kernel, processorsNeeded(kernel, limit), limit);
            if (missed().contains(kernel.file())) {
                assertThat(evaluation.reason().name()).as("%s is no longer missed: take it off the list", kernel)
                        .isNotIn(kernel.expected());
            } else {
                assertThat(evaluation.reason().name())
                        .as("%s %s: %s", kernel, kernel.attack().tries(), evaluation.message())
                        .isIn(kernel.expected());
                assertThat(evaluation.message()).isNotBlank();
                rejected.incrementAndGet();
            }
        }));
    }

    /** There are honest kernels of every op. */
    @Test
    void everyOpHasHonestKernels() {
        assertThat(CorpusKernel.firstOfEachOp(honest()).keySet()).containsExactlyElementsOf(
                StandardOps.catalog().definitions().stream().map(OpDefinition::name).sorted().toList());
        assertThat(honest()).hasSizeGreaterThanOrEqualTo(MIN_KERNELS);
    }

    /** No honest kernel is rejected for anything but its speed: here the first of each op. */
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    @Proves("M36")
    Stream<DynamicTest> anHonestKernelOfEachOpIsNotRejected() {
        return CorpusKernel.firstOfEachOp(honest()).values().stream()
                .map(kernel -> dynamicTest(kernel.file(), () -> assertAccepted(kernel)));
    }

    /** Nor is any of the others, in any of ten runs. */
    @TestFactory
    @Execution(ExecutionMode.CONCURRENT)
    @Tag("stress")
    Stream<DynamicTest> anHonestKernelIsNeverRejected() {
        return honest().stream().flatMap(kernel -> IntStream.rangeClosed(1, HONEST_RUNS)
                .mapToObj(run -> dynamicTest(kernel.file() + " " + run, () -> assertAccepted(kernel))));
    }

    private void assertAccepted(CorpusKernel kernel) throws IOException, InterruptedException {
        Evaluation evaluation = evaluate(kernel, 1, LIMIT);
        tried.add(kernel.file());
        if (!HONEST.contains(evaluation.reason())) {
            refused.add(kernel.file());
        }
        assertThat(HONEST).as("%s: %s: %s", kernel, evaluation.reason(), evaluation.message())
                .contains(evaluation.reason());
    }
}
