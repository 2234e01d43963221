package dev.kernelwright.spi;

import java.util.List;

/** What a backend found on this machine. */
public sealed interface Probe {
    /**
     * The backend can be used.
     *
     * @param devices its devices, by index, at least one
     */
    record Available(List<DeviceDescription> devices) implements Probe {
        /** Copies the devices. */
        public Available {
            devices = List.copyOf(devices);
        }
    }

    /**
     * The backend cannot be used.
     *
     * @param reason what was looked for and what was found
     * @param cure what to do about it
     */
    record Unavailable(String reason, String cure) implements Probe {}
}
