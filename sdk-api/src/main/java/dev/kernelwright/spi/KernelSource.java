package dev.kernelwright.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a generator proposes: device source, and how to launch it.
 *
 * @param language the source language, one that a backend names as its own, for example {@code java-vector}
 * @param text the source
 * @param plan how to launch it
 * @param parameters the template parameters it was made with, for people and for search; empty if there are none
 */
public record KernelSource(String language, String text, LaunchPlan plan, Map<String, Long> parameters) {
    /** The largest source that is accepted, in characters. */
    public static final int MAX_CHARS = 256 * 1024;

    /** Copies the parameters and checks the size. */
    public KernelSource {
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException("a kernel source of " + text.length() + " characters was given: at most "
                    + MAX_CHARS + " are allowed");
        }
    }
}
