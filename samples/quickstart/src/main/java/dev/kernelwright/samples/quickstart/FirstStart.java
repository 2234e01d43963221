package dev.kernelwright.samples.quickstart;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program that meets two workloads for the first time, and goes on working while they are tuned. */
final class FirstStart {
    /** The work of the program, twenty calls a second: the rest of the processor is left to the tuner. */
    private static final long PAUSE_MILLIS = 50;
    /** What starting a trial worker, loading the winner and warming it up may take beside the budget. */
    private static final Duration GRACE = Duration.ofSeconds(45);

    private final Story story;
    private final KernelStore store;
    private final boolean fresh;

    FirstStart(Story story, KernelStore store, boolean fresh) {
        this.story = story;
        this.store = store;
        this.fresh = fresh;
    }

    /** Runs the program; returns what it saw of each workload. */
    List<Quickstart.Observation> run() throws IOException, InterruptedException {
        TuningWatcher watcher = new TuningWatcher(story);
        List<Quickstart.Observation> observations = new ArrayList<>();
        try (ComputeRuntime runtime = ComputeRuntime.builder().store(store).tuningBudget(Demo.BUDGET).listener(watcher)
                .build()) {
            story.line("Devices");
            for (Device device : runtime.devices()) {
                story.line("   %s, %s", device, device.description().facts());
            }
            story.line("");
            story.line("First start, on the cache %s", store.location());
            for (Workload workload : Demo.workloads()) {
                if (fresh) {
                    store.remove(KernelKey.of(workload, runtime.devices().getFirst().target()));
                }
                watcher.restart();
                observations.add(meet(runtime, workload, watcher));
            }
        }
        return observations;
    }

    private Quickstart.Observation meet(ComputeRuntime runtime, Workload workload, TuningWatcher watcher)
            throws InterruptedException {
        story.line("");
        story.line(" * %s", workload);
        try (BoundOp op = runtime.bind(workload)) {
            CheckedOp checked = new CheckedOp(op, 1);
            long firstNanos = checked.call();
            boolean right = checked.isRight();
            story.line("   answered at once, by %s in %s; its %d numbers are %s", op.isTuned() ? "the tuned kernel"
                    : "the baseline", story.time(firstNanos), checked.count(), right ? "right" : "WRONG");
            double before = checked.time().medianNanos();
            long calls = workWhileTuning(checked, watcher);
            boolean rightAfter = checked.isRight();
            double after = checked.time().medianNanos();
            if (op.isTuned()) {
                story.line("   swapped in behind %d further calls: %s a call in place of %s; its numbers are %s", calls,
                        story.time(after), story.time(before), rightAfter ? "right" : "WRONG");
            }
            return new Quickstart.Observation(workload.toString(), op.isTuned(), (double) firstNanos, before, after,
                    right && rightAfter);
        }
    }

    /** Goes on calling the op until it has the kernel that it will keep; returns how many calls that were. */
    private long workWhileTuning(CheckedOp checked, TuningWatcher watcher) throws InterruptedException {
        long deadline = System.nanoTime() + Demo.BUDGET.time().plus(GRACE).toNanos();
        long calls = 0;
        while (!watcher.hasEnded() && System.nanoTime() - deadline < 0) {
            checked.call();
            calls++;
            Thread.sleep(PAUSE_MILLIS);
        }
        return calls;
    }
}
