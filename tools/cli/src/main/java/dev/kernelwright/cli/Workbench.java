package dev.kernelwright.cli;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tuning.KernelEvaluator;
import dev.kernelwright.tuning.TemplateGenerator;
import dev.kernelwright.tuning.TuningEngine;
import dev.kernelwright.tuning.llm.prompt.Briefing;
import dev.kernelwright.tuning.llm.prompt.Progress;
import dev.kernelwright.tuning.llm.prompt.Prompt;
import dev.kernelwright.tuning.llm.prompt.PromptWriter;
import dev.kernelwright.tuning.llm.prompt.ReplyReader;
import dev.kernelwright.tuning.llm.prompt.ReplyReader.Reading;
import dev.kernelwright.tuning.llm.prompt.Step;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What a coding agent works with: it can ask, try and submit, and can neither judge nor store by itself.
 *
 * <p>Everything that runs a kernel costs an attempt and time, and compiling one costs time, within limits for the whole of its
 * life. One thing is done at a
 * time, since two would spoil each other's measurements.
 */
final class Workbench implements AutoCloseable {
    private static final int MAX_PROMPT_TOKENS = 48_000;
    /** For one kernel, and for the search of a submitted one's parameters. */
    private static final Duration MAX_JUDGING = Duration.ofSeconds(60);
    private static final int SUBMITTED_POINTS = 12;
    private static final String FENCE = "`".repeat(12);

    private final Backend backend;
    private final int threads;
    private final KernelStore store;
    private final Rooflines rooflines;
    private final TuningEngine engine = TuningEngine.builder().generators(List.of(new Submitted())).build();
    private final int attempts;
    private final Duration time;
    private int attempted;
    private long spentNanos;
    private @Nullable Workload evaluated;
    private @Nullable KernelEvaluator evaluator;

    Workbench(Backend backend, int threads, KernelStore store, int attempts, Duration time) {
        this.backend = backend;
        this.threads = threads;
        this.store = store;
        this.rooflines = Rooflines.beside(store);
        this.attempts = attempts;
        this.time = time;
    }

    /** The search of the parameters of a kernel that was submitted. */
    private static final class Submitted implements KernelGenerator {
        @Override
        public String name() {
            return "mcp";
        }

        @Override
        public Search start(TuningRequest request) {
            return new TemplateGenerator().start(request);
        }
    }

    /** Says what is to be computed, as a model is told. */
    synchronized String describe(Map<String, Object> arguments) {
        Workload workload = workload(arguments);
        KernelDialect dialect = backend.dialect(workload.signature())
                .orElseThrow(() -> new InputException("kernels for "
                        + backend.device().name()
                        + " cannot be described: its backend does not say how they are written"));
        Prompt prompt =
                new PromptWriter(new Briefing(workload, dialect, backend.device(), rooflines.of(backend), threads,
                        List.of(), List.of()), MAX_PROMPT_TOKENS).write(Step.DRAFT,
                                new Progress(Double.NaN, null, List.of(), "", null, "", "", List.of()));
        return prompt.system() + "\n\n" + prompt.user();
    }

    /** Compiles and screens the kernel at its first point. */
    synchronized String compile(Map<String, Object> arguments) {
        Workload workload = workload(arguments);
        KernelSource source = firstPoint(template(arguments, workload), workload);
        timeLeft();
        long start = System.nanoTime();
        try {
            String log = backend.compile(source, workload.signature()).log().strip();
            return log.isEmpty() ? "it compiles" : "it compiles:\n" + log;
        } catch (KernelRejectedException e) {
            return e.reason() + ": " + e.hint();
        } finally {
            spentNanos += System.nanoTime() - start;
        }
    }

    /** Judges the kernel at its first point and tells the verdict on its results. */
    synchronized String verify(Map<String, Object> arguments) {
        Evaluation evaluation = evaluate(arguments);
        return switch (evaluation.reason()) {
            case ACCEPTED, NOT_FASTER -> String.format(Locale.ROOT,
                    "right; the largest error is %.0f %% of what is allowed", 100 * evaluation.worstErrorRatio());
            default -> evaluation.reason() + ": " + evaluation.hint();
        };
    }

    /** Judges the kernel at its first point and tells its time, and what the device says of it. */
    synchronized String benchmark(Map<String, Object> arguments) {
        Evaluation evaluation = evaluate(arguments);
        String report = evaluator == null ? "" : evaluator.report();
        return evaluation.reason() + ": " + evaluation.hint()
                + (Double.isFinite(evaluation.floorNanos())
                        ? String.format(Locale.ROOT, "; the floor is %.0f ns", evaluation.floorNanos())
                        : "")
                + (report.isBlank() ? "" : "\n" + report);
    }

    private Evaluation evaluate(Map<String, Object> arguments) {
        Workload workload = workload(arguments);
        KernelSource source = firstPoint(template(arguments, workload), workload);
        Duration limit = spend();
        long start = System.nanoTime();
        try {
            return evaluator(workload).evaluate(source, limit);
        } catch (IOException e) {
            throw InputException.of(e);
        } finally {
            spentNanos += System.nanoTime() - start;
        }
    }

    /** Has the tuner search, confirm and judge the kernel, and stores it if it is the best known. */
    synchronized String submit(Map<String, Object> arguments) {
        Workload workload = workload(arguments);
        KernelTemplate template = template(arguments, workload);
        Duration limit = spend();
        long start = System.nanoTime();
        try {
            closeEvaluator();
            KernelKey key = KernelKey.of(workload, backend.target());
            TuningRecord record = engine
                    .submit(new TuningRequest(key, workload, backend, threads, Optional.of(template),
                            new TuningBudget(limit, SUBMITTED_POINTS), rooflines),
                            (number, spent, source, evaluation) -> {})
                    .get();
            Optional<TuningRecord> known = store.find(key).filter(each -> each.kernel() != null);
            if (record.kernel() == null) {
                return "not stored: " + record.evaluation().reason() + ", " + record.evaluation().hint();
            }
            if (known.isPresent() && Verdict.medianNanos(known.get().evaluation().kernel())
                    <= Verdict.medianNanos(record.evaluation().kernel())) {
                return "right, but not stored, since what is stored is as fast: " + Verdict.sentence(known.get());
            }
            store.put(record);
            return "stored as " + key + ": " + Verdict.sentence(record) + "; parameters "
                    + record.kernel().source().parameters();
        } catch (ExecutionException e) {
            throw new InputException(e.getCause() == null ? e.toString() : String.valueOf(e.getCause().getMessage()),
                    e);
        } catch (IOException e) {
            throw InputException.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InputException("the judging was interrupted", e);
        } finally {
            spentNanos += System.nanoTime() - start;
        }
    }

    /** Shows the stored kernel. */
    synchronized String best(Map<String, Object> arguments) {
        Workload workload = workload(arguments);
        Optional<TuningRecord> record = store.find(KernelKey.of(workload, backend.target()));
        if (record.isEmpty()) {
            return "nothing is stored for " + workload + " on " + backend.device().name();
        }
        if (record.get().kernel() == null) {
            Evaluation evaluation = record.get().evaluation();
            return "the baseline stays, as no kernel was found that could take its place; the best was "
                    + evaluation.reason() + ", " + evaluation.hint();
        }
        return Verdict.sentence(record.get()) + "\n\n" + record.get().kernel().source().text();
    }

    /** Takes an attempt, and returns how long it may take. */
    private Duration spend() {
        Duration left = timeLeft();
        if (attempted >= attempts) {
            throw spent();
        }
        attempted++;
        return left.compareTo(MAX_JUDGING) < 0 ? left : MAX_JUDGING;
    }

    /** Returns how long may still be compiled and judged. */
    private Duration timeLeft() {
        long left = time.toNanos() - spentNanos;
        if (left <= 0) {
            throw spent();
        }
        return Duration.ofNanos(left);
    }

    private InputException spent() {
        return new InputException("the budget of " + attempts + " attempts and " + time.toSeconds()
                + " s is spent: start the server with more if that is meant");
    }

    private KernelEvaluator evaluator(Workload workload) {
        KernelEvaluator current = evaluator;
        if (current != null && evaluated != null && workload.equals(evaluated)) {
            return current;
        }
        closeEvaluator();
        try {
            KernelEvaluator opened = new KernelEvaluator(workload, backend, threads, rooflines);
            evaluator = opened;
            evaluated = workload;
            return opened;
        } catch (IllegalArgumentException e) {
            throw InputException.of(e);
        }
    }

    private void closeEvaluator() {
        if (evaluator != null) {
            evaluator.close();
            evaluator = null;
            evaluated = null;
        }
    }

    private static Workload workload(Map<String, Object> arguments) {
        return WorkloadParameter.parse(text(arguments, "workload", null), text(arguments, "dtype", "f32"));
    }

    private KernelTemplate template(Map<String, Object> arguments, Workload workload) {
        String source = text(arguments, "source", null);
        return switch (ReplyReader.kernel(FENCE + "\n" + source + "\n" + FENCE, backend.sourceLanguage(),
                workload.signature())) {
            case Reading.Kernel(KernelTemplate template, String _) -> template;
            case Reading.Fault(String reason) -> throw new InputException("the kernel cannot be read: " + reason);
        };
    }

    private static KernelSource firstPoint(KernelTemplate template, Workload workload) {
        return KernelInput.defaultPoint(template, workload.signature());
    }

    private static String text(Map<String, Object> arguments, String name, @Nullable String otherwise) {
        Object value = arguments.get(name);
        if (value instanceof String text) {
            return text;
        }
        if (value == null && otherwise != null) {
            return otherwise;
        }
        throw new InputException("the argument '" + name + "' is " + (value == null ? "missing" : "no text")
                + ": give it as a text");
    }

    @Override
    public void close() {
        engine.close();
        synchronized (this) {
            closeEvaluator();
        }
    }
}
