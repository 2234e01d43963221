package dev.kernelwright.tuning.llm;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Runs searches with verdicts that the kernels' own text decides, so that nothing has to be compiled. */
final class Searches {
    static final Workload RMS_NORM =
            StandardOps.catalog().parse("rms_norm(rows=8,cols=1024,eps=1e-5)", DType.F32);
    static final double BASELINE_NANOS = 10_000;
    /** The value that is right, which people are told in a verdict and authors never. */
    static final String RIGHT = "1234.56789";
    private static final double FLOOR_NANOS = 100;
    private static final Pattern NANOS = Pattern.compile("NANOS = (\\d+)");

    private Searches() {}

    static TuningRequest request(int candidates) {
        TestBackend backend = TestBackend.plain();
        return new TuningRequest(KernelKey.of(RMS_NORM, backend.target()), RMS_NORM, backend, 2, Optional.empty(),
                new TuningBudget(Duration.ofMinutes(5), candidates), new Rooflines(Optional.empty()));
    }

    /** Returns an answer whose kernel takes so many nanoseconds, or has a fault if its text names a reason. */
    static String answer(String idea, String body) {
        return "Idea: " + idea + "\n```java\n// @step run grid=rows\n" + body + "\n```\n";
    }

    static String right(String idea, int nanos) {
        return answer(idea, "static final int NANOS = " + nanos + ";");
    }

    /** Judges as the text of a kernel says. */
    static Evaluation judge(KernelSource source) {
        for (ReasonCode reason : ReasonCode.values()) {
            if (source.text().contains("FAULT " + reason)) {
                String hint = "line 3: " + source.text().replace('\n', ' ');
                return Evaluation.rejected(new KernelRejectedException(reason, hint + ", expected " + RIGHT, hint));
            }
        }
        Matcher matcher = NANOS.matcher(source.text());
        double nanos = matcher.find() ? Double.parseDouble(matcher.group(1)) : 5_000;
        ReasonCode reason = nanos < BASELINE_NANOS ? ReasonCode.ACCEPTED : ReasonCode.NOT_FASTER;
        return new Evaluation(reason, "right: " + nanos, 0.1, Timing.of(new double[]{nanos}),
                Timing.of(new double[]{BASELINE_NANOS}), FLOOR_NANOS, null);
    }

    /** A kernel and the verdict on it. */
    record Judged(KernelSource source, Evaluation evaluation) {}

    /** Runs a search as the engine does, and returns what it proposed. */
    static List<Judged> run(KernelGenerator generator, TuningRequest request) {
        List<Judged> judged = new ArrayList<>();
        KernelGenerator.Search search = generator.start(request);
        search.baseline(() -> BASELINE_NANOS);
        while (judged.size() < request.budget().candidates()) {
            Optional<KernelSource> source = search.next();
            if (source.isEmpty()) {
                break;
            }
            search.loaded("run: " + source.get().text().length() + " registers a thread");
            Evaluation evaluation = judge(source.get());
            search.learn(source.get(), evaluation);
            judged.add(new Judged(source.get(), evaluation));
        }
        return judged;
    }

    /** Returns the one log in the agent's folder. */
    static Path log(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("sessions"))) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).reduce((a, b) -> {
                throw new AssertionError("two logs: " + a + " and " + b);
            }).orElseThrow();
        }
    }

    static List<SessionEvent> events(Path home) throws IOException {
        return SessionLog.read(log(home)).stream().map(SessionLog.Entry::event).toList();
    }

    static <E extends SessionEvent> List<E> events(Path home, Class<E> type) throws IOException {
        return events(home).stream().filter(type::isInstance).map(type::cast).toList();
    }
}
