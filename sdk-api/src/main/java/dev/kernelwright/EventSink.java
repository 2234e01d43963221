package dev.kernelwright;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts events, gives them to Flight Recorder and to the listener, and logs each kind of fallback once. */
final class EventSink {
    private static final Logger LOG = LoggerFactory.getLogger(ComputeRuntime.class);

    private final RuntimeListener listener;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder tuned = new LongAdder();
    private final LongAdder rejected = new LongAdder();
    private final LongAdder fallbacks = new LongAdder();
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    EventSink(RuntimeListener listener) {
        this.listener = listener;
    }

    void emit(RuntimeEvent event) {
        switch (event) {
            case RuntimeEvent.Hit _ -> hits.increment();
            case RuntimeEvent.Miss _ -> misses.increment();
            case RuntimeEvent.Tuned _ -> tuned.increment();
            case RuntimeEvent.Candidate candidate -> {
                if (!candidate.evaluation().accepted()) {
                    rejected.increment();
                }
            }
            case RuntimeEvent.Live _ -> {
                // Follows a hit or a tuned event, which were counted.
            }
            case RuntimeEvent.Fallback fallback -> {
                fallbacks.increment();
                if (logged.add(fallback.subject())) {
                    LOG.warn("{}: {}", fallback.subject(), fallback.reason());
                }
            }
        }
        JfrEvents.commit(event);
        try {
            listener.onEvent(event);
        } catch (RuntimeException e) {
            LOG.warn("the runtime listener threw on {}: it must not", event, e);
        }
    }

    RuntimeStatistics statistics() {
        return new RuntimeStatistics(hits.sum(), misses.sum(), tuned.sum(), rejected.sum(), fallbacks.sum());
    }
}
