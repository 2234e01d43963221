package dev.kernelwright.samples.quickstart;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A program that meets two workloads for the first time, and goes on working while they are tuned. */
final class FirstStart {
    /** The program makes some twenty calls a second: the rest of the processor is left to the tuner. */
    private static final Duration PAUSE = Duration.ofMillis(50);
    /** What starting a trial worker, loading the winner and warming it up may take beside the budget. */
    private static final Duration GRACE = Duration.ofSeconds(45);
    /** Facts that are longer are lists of features. */
    private static final int MAX_FACT_CHARS = 40;

    private final Story story;
    private final KernelStore store;
    private final boolean fresh;

    /**
     * Creates the program.
     *
     * @param fresh whether to remove first what the store has for its workloads
     */
    FirstStart(Story story, KernelStore store, boolean fresh) {
        this.story = story;
        this.store = store;
        this.fresh = fresh;
    }

    /** Runs the program; returns what it saw of each workload. */
    List<Quickstart.Observation> run() throws IOException, InterruptedException {
        List<Quickstart.Observation> observations = new ArrayList<>();
        try (ComputeRuntime runtime = ComputeRuntime.builder().store(store).tuningBudget(Demo.BUDGET)
                .listener(new TuningWatcher(story)).build()) {
            story.line("Devices");
            runtime.devices().forEach(device -> story.line("   %s: %s", device, facts(device)));
            story.line("");
            story.line("First start, on the cache %s", store.location());
            for (Exercise exercise : Demo.exercises(1)) {
                if (fresh) {
                    store.remove(KernelKey.of(exercise.workload(), runtime.devices().getFirst().target()));
                }
                observations.add(meet(runtime, exercise));
            }
        }
        return observations;
    }

    private static String facts(Device device) {
        return device.description().facts().entrySet().stream()
                .filter(fact -> fact.getValue().length() <= MAX_FACT_CHARS)
                .map(fact -> fact.getKey() + " " + fact.getValue()).collect(Collectors.joining(", "));
    }

    private Quickstart.Observation meet(ComputeRuntime runtime, Exercise exercise) throws InterruptedException {
        story.line("");
        story.line(" * %s", exercise.workload());
        try (BoundOp op = runtime.bind(exercise.workload())) {
            double firstNanos = exercise.call(op);
            boolean right = exercise.isRight(op);
            story.line("   answered at once by %s, in %s; its %d numbers are %s", Demo.answerer(op),
                    Story.time(firstNanos), exercise.count(), Demo.rightness(right));
            double before = exercise.time(op);
            long calls = workWhileTuning(runtime, exercise, op);
            right &= exercise.isRight(op);
            double after = exercise.time(op);
            story.line("   after %d more calls %s answers, in %s in place of %s; its numbers are %s", calls,
                    Demo.answerer(op), Story.time(after), Story.time(before), Demo.rightness(right));
            return new Quickstart.Observation(exercise.workload().toString(), op.isTuned(), firstNanos, before,
                    after, right);
        }
    }

    /** Goes on calling the op until it has the kernel that it will keep; returns how many calls that were. */
    private static long workWhileTuning(ComputeRuntime runtime, Exercise exercise, BoundOp op)
            throws InterruptedException {
        long deadline = System.nanoTime() + Demo.BUDGET.time().plus(GRACE).toNanos();
        long calls = 0;
        while (!runtime.awaitIdle(PAUSE) && System.nanoTime() - deadline < 0) {
            exercise.call(op);
            calls++;
        }
        return calls;
    }
}
