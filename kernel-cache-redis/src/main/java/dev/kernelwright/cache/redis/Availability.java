package dev.kernelwright.cache.redis;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a server is worth asking: after a failure it is left alone for a while, which doubles up to half a minute, so
 * that a server that is away costs nobody more than one timeout now and then.
 */
final class Availability {
    private static final Logger LOG = LoggerFactory.getLogger(RedisStore.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final String location;
    private long pauseNanos;
    private long retryAtNanos;
    private long failures;
    private @Nullable String problem;

    Availability(String location) {
        this.location = location;
    }

    /** Returns whether to ask the server now. */
    synchronized boolean isWorthAsking() {
        return problem == null || System.nanoTime() - retryAtNanos >= 0;
    }

    /** Returns how long it is left alone. */
    synchronized Duration pause() {
        return problem == null ? Duration.ZERO : Duration.ofNanos(pauseNanos);
    }

    synchronized void succeeded() {
        if (problem != null) {
            problem = null;
            pauseNanos = 0;
            LOG.info("the shared kernel store {} is back", location);
        }
    }

    synchronized void failed(RuntimeException failure) {
        failures++;
        pauseNanos = Math.min(LONGEST_PAUSE.toNanos(), Math.max(FIRST_PAUSE.toNanos(), 2 * pauseNanos));
        retryAtNanos = System.nanoTime() + pauseNanos;
        boolean news = problem == null;
        problem = "the shared kernel store " + location + " is away (" + failure.getMessage() + "; " + failures
                + " failures since the start): this machine goes on with its own kernels and asks again; see to the"
                + " server, or unset " + RedisStoreProvider.VARIABLE;
        if (news && failures == 1) {
            LOG.warn("{}", problem);
        } else {
            LOG.debug("{}", problem);
        }
    }

    /** Returns what is wrong, one sentence. */
    synchronized Optional<String> problem() {
        return Optional.ofNullable(problem);
    }
}
