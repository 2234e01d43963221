package dev.kernelwright.tck;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Surroundings of a JVM in which a provider is to find no device.
 *
 * @param environment variables to set, for example one that hides the devices from their driver
 * @param jvmOptions what the JVM is started with
 * @param librariesThatStay how the names of shared libraries begin which the probe may leave loaded: what it looked for and
 *        found, and cannot be unloaded again
 */
public record WithoutDevices(Map<String, String> environment, List<String> jvmOptions, Set<String> librariesThatStay) {
    /** Copies the collections. */
    public WithoutDevices {
        environment = Map.copyOf(environment);
        jvmOptions = List.copyOf(jvmOptions);
        librariesThatStay = Set.copyOf(librariesThatStay);
    }
}
