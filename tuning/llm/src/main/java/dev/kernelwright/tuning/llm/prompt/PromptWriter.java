package dev.kernelwright.tuning.llm.prompt;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Relaxation;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.prompt.Progress.Attempt;
import dev.kernelwright.tuning.llm.prompt.Progress.Subject;
import dev.kernelwright.tuning.llm.session.SessionEvent.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes the questions of one search. The same data give the same text.
 *
 * <p>A prompt is bounded: each part has a length that it may have, and what helps least is left out until the whole fits,
 * first the kernels for something else, then notes, then attempts that are long past.
 */
public final class PromptWriter {
    /** A token of source has three characters or more in every tokenizer that we know of; an estimate, for this bound only. */
    static final int CHARS_PER_TOKEN = 3;
    private static final int MAX_SOURCE_CHARS = 24_000;
    private static final int MAX_NEIGHBOUR_CHARS = 6_000;
    private static final int MAX_LOG_CHARS = 4_000;
    private static final int MAX_MESSAGE_CHARS = 1_500;
    private static final int MAX_LINE_CHARS = 300;
    private static final int MAX_ATTEMPTS = 24;

    private final Briefing briefing;
    private final int maxTokens;
    private final String system;

    /**
     * Creates a writer.
     *
     * @param maxTokens how long a prompt may be
     * @throws IllegalArgumentException if not even the rules fit
     */
    public PromptWriter(Briefing briefing, int maxTokens) {
        this.briefing = briefing;
        this.maxTokens = maxTokens;
        this.system = writeSystem();
        if (tokens(system) > maxTokens / 2) {
            throw new IllegalArgumentException(
                    "prompts of at most " + maxTokens + " tokens were asked for, but the rules"
                            + " for " + briefing.dialect().language() + " alone need " + tokens(system)
                            + ": allow at least twice as many");
        }
    }

    /** Returns about how many tokens a text has, rather too many than too few. */
    public static int tokens(String text) {
        return Math.ceilDiv(text.length(), CHARS_PER_TOKEN);
    }

    private String writeSystem() {
        StringBuilder examples = new StringBuilder();
        for (String example : briefing.dialect().examples()) {
            examples.append(Texts.fenced("", example, MAX_SOURCE_CHARS)).append("\n\n");
        }
        return Texts.fill("system", Map.of("language", briefing.dialect().language(), "guide",
                briefing.dialect().guide().strip(), "examples", examples.toString().strip()));
    }

    /** Writes a question. */
    public Prompt write(Step step, Progress progress) {
        int attempts = MAX_ATTEMPTS;
        int neighbours = briefing.neighbours().size();
        int notes = briefing.notes().size();
        while (true) {
            String user = write(step, progress, attempts, neighbours, notes);
            if (tokens(system) + tokens(user) <= maxTokens) {
                return new Prompt(system, user);
            }
            if (neighbours > 0) {
                neighbours--;
            } else if (notes > 0) {
                notes--;
            } else if (attempts > 0) {
                attempts /= 2;
            } else {
                throw new IllegalStateException(
                        "a question of at most " + maxTokens + " tokens was to be written, but the"
                                + " least that it needs is " + (tokens(system) + tokens(user)) + ": allow more");
            }
        }
    }

    private String write(Step step, Progress progress, int attempts, int neighbours, int notes) {
        List<String> parts = new ArrayList<>();
        parts.add(Texts.fill("workload", workload()));
        parts.add(Texts.fill("device", device()));
        parts.add(standing(progress, attempts));
        if (neighbours > 0) {
            parts.add("# Proven kernels for something near\n\n" + briefing.neighbours().stream().limit(neighbours)
                    .map(neighbour -> "A kernel for " + Texts.line(neighbour.title(), MAX_LINE_CHARS) + "\n\n"
                            + Texts.fenced("data", neighbour.source(), MAX_NEIGHBOUR_CHARS))
                    .collect(Collectors.joining("\n\n")));
        }
        if (notes > 0) {
            parts.add("# Notes from searches before\n\n" + Texts.fenced("data", briefing.notes().stream().limit(notes)
                    .map(note -> "- " + Texts.line(note, MAX_LINE_CHARS)).collect(Collectors.joining("\n")),
                    MAX_SOURCE_CHARS));
        }
        parts.add(Texts.fill(step.toString(), task(progress)));
        return String.join("\n\n", parts);
    }

    private Map<String, String> workload() {
        Workload workload = briefing.workload();
        OpDefinition op = workload.op();
        KernelSignature signature = workload.signature();
        String buffers = signature.buffers().stream().map(PromptWriter::describe)
                .collect(Collectors.joining("\n"));
        String axes = signature.axes().stream().map(PromptWriter::describe).collect(Collectors.joining(", "));
        String attributes = signature.attributes().entrySet().stream()
                .map(each -> each.getKey() + "=" + KernelSignature.formatAttribute(each.getValue()))
                .collect(Collectors.joining(", "));
        return Map.of("op", op.toString(), "formula",
                Texts.fenced("data", op.formula().isBlank() ? "(none was given)" : op.formula(), MAX_LOG_CHARS),
                "dtype", signature.dtype().id(), "buffers", buffers, "axes", axes, "attributes",
                attributes.isEmpty() ? "none" : attributes, "numerics", numerics(op, signature), "entry",
                briefing.dialect().entry());
    }

    /** Says how far off results may be, and what the numerics class lets a kernel do. */
    private static String numerics(OpDefinition op, KernelSignature signature) {
        double factor = op.accuracy().bound(signature, signature.maxAxes()).factor();
        if (factor == 0) {
            return "Results must be equal to the reference's, bit for bit.";
        }
        String error = String.format(Locale.ROOT, "A result may differ from the exact one by %.1f * 2^-24 times its"
                + " magnitude%s: sums in f32 in any order pass, sums in half precision do not.", factor,
                signature.dtype() == DType.F32 ? "" : " and by its rounding to " + signature.dtype().id());
        String exact = op.accuracy().exactOnIntegers() ? " On small integers results must be exact." : "";
        if (signature.relaxations().isEmpty()) {
            return error + exact + " Numerics are strict: subnormal numbers count, factors of products keep all their"
                    + " bits, and the same inputs give the same results.";
        }
        return error + exact + " The caller allows "
                + signature.relaxations().stream().map(PromptWriter::describe).collect(Collectors.joining("; ")) + '.';
    }

    private static String describe(Relaxation relaxation) {
        return relaxation.id() + switch (relaxation) {
            case TF32 -> ", factors of products rounded to it";
            case FLUSH_TO_ZERO -> ", subnormal numbers taken as zero";
            case FAST_MATH -> ", functions that err by 2^-11 of their result";
            case NON_DETERMINISTIC -> ", results that differ from launch to launch";
        };
    }

    private static String describe(BufferSpec buffer) {
        String shape = buffer.dims().stream().map(Object::toString).collect(Collectors.joining(", "));
        String limit = buffer.indexLimit() == null ? "" : ", indices from 0 to below " + buffer.indexLimit();
        return "- " + (buffer.output() ? "output " : "input ") + buffer.name() + "[" + shape + "] "
                + buffer.dtype().id()
                + limit;
    }

    private static String describe(AxisRange axis) {
        return axis.isFixed()
                ? axis.name() + "=" + axis.min()
                : axis.name() + " anywhere from " + axis.min() + " to " + axis.max() + " (one kernel for all)";
    }

    private Map<String, String> device() {
        Workload workload = briefing.workload();
        long[] largest = workload.signature().maxAxes();
        long flops = workload.flops(largest);
        long bytes = workload.bytes(largest);
        Roofline roofline = briefing.roofline();
        double byArithmetic = flops / roofline.flopsPerSecond(workload.signature()) * 1e9;
        double byMemory = bytes / roofline.bytesPerSecond(bytes) * 1e9;
        String facts = briefing.device().facts().entrySet().stream()
                .map(fact -> "- " + Texts.line(fact.getKey(), 60) + ": " + Texts.line(fact.getValue(), MAX_LINE_CHARS))
                .collect(Collectors.joining("\n"));
        String bandwidths = roofline.bandwidths().stream()
                .map(each -> String.format(Locale.ROOT, "%.1f GB/s for %d KiB", each.bytesPerSecond() / 1e9,
                        each.workingSetBytes() >> 10))
                .collect(Collectors.joining(", "));
        Map<String, String> values = new HashMap<>();
        values.put("device", Texts.line(briefing.device().model(), MAX_LINE_CHARS));
        values.put("facts", facts);
        values.put("threads", Integer.toString(briefing.threads()));
        values.put("gflops",
                String.format(Locale.ROOT, "%.0f", roofline.flopsPerSecond(workload.signature()) / 1e9));
        values.put("bandwidths", bandwidths);
        values.put("flops", Long.toString(flops));
        values.put("bytes", Long.toString(bytes));
        values.put("floor", Texts.time(Math.max(byArithmetic, byMemory)));
        values.put("bound", byArithmetic > byMemory ? "arithmetic" : "memory");
        values.put("arithmetic", Texts.time(byArithmetic));
        values.put("memory", Texts.time(byMemory));
        return values;
    }

    /** Says what was tried: the newest attempts in full, and the best in any case. */
    private static String standing(Progress progress, int attempts) {
        StringBuilder text = new StringBuilder("# What was tried\n");
        if (!Double.isNaN(progress.baselineNanos())) {
            text.append("\nThe baseline, plain and right, takes ").append(Texts.time(progress.baselineNanos()))
                    .append(" a launch.\n");
        }
        if (progress.earlier() != null) {
            text.append("\nThe best that was found before this search: ").append(describe(progress.earlier()))
                    .append('\n');
        }
        List<Attempt> all = progress.attempts();
        all.stream().filter(attempt -> attempt.verdict().isRight())
                .min(Comparator.comparingDouble(attempt -> attempt.verdict().kernelNanos()))
                .ifPresent(best -> text.append("\nThe best of this search: ").append(describe(best)).append('\n'));
        List<Attempt> shown = all.subList(Math.max(0, all.size() - attempts), all.size());
        if (!shown.isEmpty()) {
            text.append("\nThe last attempts:\n");
            shown.forEach(attempt -> text.append("- ").append(describe(attempt)).append('\n'));
        }
        if (progress.earlier() == null && all.isEmpty()) {
            text.append("\nNothing yet.\n");
        }
        return text.toString().strip();
    }

    private static String describe(Attempt attempt) {
        Verdict verdict = attempt.verdict();
        String who = (attempt.number() > 0 ? "candidate " + attempt.number() + ", " : "")
                + (attempt.idea().isEmpty() ? "" : "'" + Texts.line(attempt.idea(), 120) + "', ");
        String where = attempt.parameters().isEmpty() ? "" : "at " + attempt.parameters() + ", ";
        String what = verdict.isRight()
                ? String.format(Locale.ROOT, "%s: %s a launch, baseline %s, floor %s", verdict.reason(),
                        Texts.time(verdict.kernelNanos()), Texts.time(verdict.baselineNanos()),
                        Texts.time(verdict.floorNanos()))
                : verdict.reason() + ": " + Texts.line(verdict.message(), MAX_LINE_CHARS);
        return who + where + what;
    }

    private static Map<String, String> task(Progress progress) {
        Map<String, String> values = new HashMap<>();
        values.put("idea", progress.idea().isEmpty() ? "your own" : "'" + Texts.line(progress.idea(), 600) + "'");
        values.put("ideas", progress.ideas().isEmpty()
                ? "none"
                : progress.ideas().stream().map(idea -> "- " + Texts.line(idea, MAX_LINE_CHARS))
                        .collect(Collectors.joining("\n")));
        values.put("fault", progress.fault().isEmpty()
                ? ""
                : "Your last answer could not be used: " + Texts.line(progress.fault(), MAX_LINE_CHARS) + "\n\n");
        values.put("critique", progress.critique().isEmpty()
                ? ""
                : "A reviewer said of it:\n\n" + Texts.fenced("data", progress.critique(), MAX_LOG_CHARS) + "\n\n");
        Subject subject = progress.subject();
        values.put("source", subject == null ? "" : Texts.fenced("", subject.template(), MAX_SOURCE_CHARS));
        values.put("verdict", subject == null ? "" : verdict(subject));
        return values;
    }

    private static String verdict(Subject subject) {
        Verdict verdict = subject.attempt().verdict();
        StringBuilder text = new StringBuilder(verdict.reason().toString());
        if (!subject.attempt().parameters().isEmpty()) {
            text.append(" at ").append(subject.attempt().parameters());
        }
        text.append("\n\n").append(Texts.fenced("data", verdict.message(),
                verdict.isRight() ? MAX_MESSAGE_CHARS : MAX_LOG_CHARS));
        if (!Double.isNaN(verdict.worstErrorRatio())) {
            text.append(String.format(Locale.ROOT, "\n\nThe largest error is %.0f %% of what is allowed.",
                    100 * verdict.worstErrorRatio()));
        }
        if (!subject.compilerLog().isBlank()) {
            text.append("\n\nThe compiler's report:\n\n")
                    .append(Texts.fenced("data", subject.compilerLog(), MAX_LOG_CHARS));
        }
        if (!subject.deviceReport().isBlank()) {
            text.append("\n\nWhat the device takes of it and runs at a time:\n\n")
                    .append(Texts.fenced("data", subject.deviceReport(), MAX_LOG_CHARS));
        }
        return text.toString();
    }
}
