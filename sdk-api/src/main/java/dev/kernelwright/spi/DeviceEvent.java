package dev.kernelwright.spi;

/**
 * A point in a stream, whose time the device takes by its own clock. Made by {@link Backend#newEvent}. Not safe for use
 * from several threads; recording and asking allocate nothing on the Java heap.
 */
public interface DeviceEvent extends AutoCloseable {
    /** Lets the event happen when everything queued in a stream so far has ended; may be done again. */
    void record(DeviceStream stream);

    /** Waits until the event has happened. */
    void synchronize();

    /**
     * Returns the time since another event of the same device, in nanoseconds; both have happened.
     *
     * @throws IllegalStateException if one of them has not
     */
    double nanosSince(DeviceEvent earlier);

    /** Gives the event back. Idempotent. */
    @Override
    void close();
}
