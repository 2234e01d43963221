package dev.kernelwright.spi;

import java.util.List;

/**
 * How kernels are written for a backend, told to an author who has never seen one.
 *
 * @param language the source language, as {@link Backend#sourceLanguage()} names it
 * @param guide the rules in plain text: entry points, launch plan, what is allowed, known pitfalls
 * @param entry the declaration of an entry point for one signature, with a workspace; it is left out where there is none
 * @param examples proven kernels in the form that an author is to answer in, {@link KernelTemplate}, the plainest first
 */
public record KernelDialect(String language, String guide, String entry, List<String> examples) {
    /** Copies the examples. */
    public KernelDialect {
        examples = List.copyOf(examples);
    }
}
