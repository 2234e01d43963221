package dev.kernelwright.spi;

/**
 * What a backend can do beyond what every backend does. A backend names what it can do, and refuses the rest with an
 * {@link UnsupportedOperationException} that says so.
 */
public enum Capability {
    /** Measures time on the device's own clock: {@link Backend#newEvent}. */
    EVENTS,
    /** Keeps a sequence of launches and launches it as one: {@link Backend#record}. */
    GRAPHS,
    /** Allocates host memory that the device copies from and to by itself: {@link Backend#allocatePinned}. */
    PINNED_MEMORY,
    /** Takes memory of the device that the application owns: {@link Backend#wrapMemory}. */
    WRAPPED_MEMORY,
    /** Queues in a stream that the application owns: {@link Backend#wrapStream}. */
    WRAPPED_STREAMS,
    /** Has memory of its own, whose use can be limited: {@link Backend#memory}. */
    MEMORY_LEASE;

    UnsupportedOperationException refusedBy(Backend backend) {
        return new UnsupportedOperationException("the capability " + this + " was asked of " + backend.device().name()
                + ", which has " + backend.capabilities() + ": use another device, or do without");
    }
}
