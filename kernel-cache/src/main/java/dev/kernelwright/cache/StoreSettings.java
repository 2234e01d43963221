package dev.kernelwright.cache;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What a {@link DirectoryStore} goes by, and tests set otherwise.
 *
 * @param limits what it may hold
 * @param lease how long a lease lasts that is not renewed
 * @param clock the time of day
 * @param nanoTime the clock that does not jump, as {@link System#nanoTime}
 */
record StoreSettings(Eviction.Limits limits, Duration lease, InstantSource clock, LongSupplier nanoTime) {
    static final StoreSettings DEFAULT = new StoreSettings(Eviction.Limits.DEFAULT, LeaseFiles.LENGTH,
            InstantSource.system(), System::nanoTime);

    StoreSettings withLimits(long maxBytes, int maxFiles) {
        return new StoreSettings(new Eviction.Limits(maxBytes, maxFiles), lease, clock, nanoTime);
    }

    StoreSettings withLease(Duration length) {
        return new StoreSettings(limits, length, clock, nanoTime);
    }

    StoreSettings withClock(InstantSource timeOfDay) {
        return new StoreSettings(limits, lease, timeOfDay, nanoTime);
    }

    StoreSettings withNanoTime(LongSupplier monotonic) {
        return new StoreSettings(limits, lease, clock, monotonic);
    }
}
