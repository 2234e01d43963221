package dev.kernelwright.samples.quickstart;

import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.RuntimeListener;
import dev.kernelwright.spi.Evaluation;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Listens to a runtime and tells what it does; called from threads in the background. */
final class TuningWatcher implements RuntimeListener {
    private final Story story;
    private final AtomicLong candidates = new AtomicLong();

    TuningWatcher(Story story) {
        this.story = story;
    }

    /** Returns how many candidates were tried. */
    long candidates() {
        return candidates.get();
    }

    @Override
    public void onEvent(RuntimeEvent event) {
        switch (event) {
            case RuntimeEvent.Miss _ -> {
                story.line("   miss: the cache has no kernel for it, so one is sought while the program goes on");
                story.progress(0, "starting a trial worker");
            }
            case RuntimeEvent.Hit hit -> story.line(hit.record().kernel() == null
                    ? "   hit: the cache says that the baseline is the best known"
                    : "   hit: the cache has a kernel for it");
            case RuntimeEvent.Candidate candidate -> tell(candidate);
            case RuntimeEvent.Tuned tuned -> {
                story.endProgress();
                story.line(tuned.record().kernel() == null
                        ? "   tuned: nothing beats the baseline, which is stored too"
                        : "   tuned: the best is stored");
            }
            case RuntimeEvent.Live _ -> story.line("   live: the kernel is up to its speed, and swapped in");
            case RuntimeEvent.Fallback fallback -> {
                story.endProgress();
                story.line("   fallback: %s: %s", fallback.subject(), fallback.reason());
            }
        }
    }

    private void tell(RuntimeEvent.Candidate candidate) {
        candidates.incrementAndGet();
        Evaluation evaluation = candidate.evaluation();
        String parameters = candidate.source().parameters().entrySet().stream()
                .map((Map.Entry<String, Long> entry) -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
        if (evaluation.kernel() == null) {
            story.line("   %3d  %-40s  %s: %s", candidate.number(), parameters, evaluation.reason(),
                    evaluation.message().lines().findFirst().orElse(""));
        } else {
            story.line("   %3d  %-40s  %s: %s, %.2fx as fast as the baseline", candidate.number(), parameters,
                    evaluation.reason(), Story.time(evaluation.kernel().medianNanos()), evaluation.speedup());
        }
        story.progress(candidate.spent(), candidate.number() + " tried");
    }
}
