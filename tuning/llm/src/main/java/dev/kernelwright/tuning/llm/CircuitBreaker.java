package dev.kernelwright.tuning.llm;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Keeps a provider that is down from being asked: after some failures in a row nobody asks for a while, and then one does.
 *
 * <p>Safe for use from several threads.
 */
final class CircuitBreaker {
    private final int failuresToOpen;
    private final Duration pause;
    private final Clock clock;
    private int failures;
    private Instant closedAgain = Instant.MIN;

    CircuitBreaker(int failuresToOpen, Duration pause, Clock clock) {
        this.failuresToOpen = failuresToOpen;
        this.pause = pause;
        this.clock = clock;
    }

    /** Returns whether the provider may be asked now. */
    synchronized boolean allows() {
        if (failures < failuresToOpen) {
            return true;
        }
        if (clock.instant().isBefore(closedAgain)) {
            return false;
        }
        // One tries; the others wait for what becomes of it.
        closedAgain = clock.instant().plus(pause);
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
    }

    synchronized void failed() {
        failures++;
        closedAgain = clock.instant().plus(pause);
    }

    /** Returns how many failures in a row there were. */
    synchronized int failures() {
        return failures;
    }
}
