package dev.kernelwright.spi;

/** Finds and opens the devices of one kind; found with {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** Returns the kind, the part of a device's name before the colon: {@code cpu}, {@code opencl}, {@code cuda}. */
    String name();

    /** Looks for devices. MUST NOT throw, and MUST leave nothing loaded or started if there are none. */
    Probe probe();

    /**
     * Opens a device.
     *
     * @param deviceIndex its position in {@link Probe.Available#devices()}
     * @param pool the threads on which blocks run on the host; backends of other devices ignore it
     * @throws IllegalArgumentException if there is no such device
     */
    Backend open(int deviceIndex, BlockPool pool);
}
