package dev.kernelwright.tuning.trial;

import java.time.Duration;

/**
 * A point in time by which something has to have ended.
 *
 * @param atNanos the point, on the clock of {@link System#nanoTime()}
 */
public record Deadline(long atNanos) {
    /** Returns the point that is the given time from now. */
    public static Deadline after(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** Returns the time that is left in nanoseconds, 0 if the point has passed. */
    public long remainingNanos() {
        return Math.max(0, atNanos - System.nanoTime());
    }

    /** Returns whether the point has passed. */
    public boolean isPast() {
        return remainingNanos() == 0;
    }

    /** Returns the earlier of the two points. */
    public Deadline earlier(Deadline other) {
        return atNanos - other.atNanos <= 0 ? this : other;
    }
}
