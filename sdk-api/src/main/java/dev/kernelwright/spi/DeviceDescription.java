package dev.kernelwright.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A device as people see it.
 *
 * @param name the name it is asked for by: {@code cpu}, {@code opencl:1}, {@code cuda:0}
 * @param model the vendor's name of it
 * @param facts what an author of kernels should know: cores, cache sizes, vector width, memory
 */
public record DeviceDescription(String name, String model, Map<String, String> facts) {
    /** Copies the facts. */
    public DeviceDescription {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
}
