package dev.kernelwright.samples.quickstart;

import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.RuntimeListener;
import dev.kernelwright.spi.Evaluation;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Listens to a runtime and tells what its tuner does; the runtime calls it from threads in the background. */
final class TuningWatcher implements RuntimeListener {
    private final Story story;
    private final AtomicLong candidates = new AtomicLong();
    private volatile boolean ended;

    TuningWatcher(Story story) {
        this.story = story;
    }

    /** Forgets what was seen, before another workload is bound. */
    void restart() {
        ended = false;
    }

    /** Returns whether the workload has got the kernel that it will keep. */
    boolean hasEnded() {
        return ended;
    }

    /** Returns how many candidates were tried. */
    long candidates() {
        return candidates.get();
    }

    @Override
    public void onEvent(RuntimeEvent event) {
        switch (event) {
            case RuntimeEvent.Miss miss -> story.line("   miss: the cache has no kernel for %s", miss.workload());
            case RuntimeEvent.Hit hit -> {
                story.line("   hit: the cache has a record for %s", hit.workload());
                ended = hit.record().kernel() == null;
            }
            case RuntimeEvent.Candidate candidate -> tell(candidate);
            case RuntimeEvent.Tuned tuned -> {
                story.endProgress();
                if (tuned.record().kernel() == null) {
                    story.line("   tuned: nothing beats the baseline here, and that was stored");
                    ended = true;
                } else {
                    story.line("   tuned: the best was stored, %.1f times as fast as the baseline",
                            tuned.record().evaluation().speedup());
                }
            }
            case RuntimeEvent.Live _ -> ended = true;
            case RuntimeEvent.Fallback fallback -> {
                story.endProgress();
                story.line("   fallback: %s: %s", fallback.subject(), fallback.reason());
            }
        }
    }

    private void tell(RuntimeEvent.Candidate candidate) {
        Evaluation evaluation = candidate.evaluation();
        candidates.incrementAndGet();
        String time = evaluation.kernel() == null ? "" : String.format(Locale.ROOT, "%s, %.2f times the baseline's speed",
                story.time(evaluation.kernel().medianNanos()), evaluation.speedup());
        story.line("   %3d  %-44s %s %s", candidate.number(), parameters(candidate.source().parameters()),
                evaluation.reason(), time);
        story.progress(candidate.spent(), candidate.number() + " tried");
    }

    private static String parameters(Map<String, Long> parameters) {
        return parameters.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
