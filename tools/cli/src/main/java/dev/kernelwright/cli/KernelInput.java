package dev.kernelwright.cli;

import dev.kernelwright.cache.LaunchPlanJson;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import java.nio.file.Path;
import java.util.Map;

/** Reads a kernel that somebody hands in: its source, and a launch plan beside it or in the source's own comments. */
final class KernelInput {
    private static final int MAX_BYTES = 4 * KernelSource.MAX_CHARS;

    private KernelInput() {}

    /** Reads a source with its launch plan. */
    static KernelSource read(String language, Path source, Path plan) {
        String text = text(source);
        String json = InputFile.read(plan, "the launch plan", MAX_BYTES);
        try {
            return new KernelSource(language, text, LaunchPlanJson.parse(json), Map.of());
        } catch (IllegalArgumentException e) {
            throw new InputException(plan + ": " + e.getMessage(), e);
        }
    }

    /** Reads a template, and returns the kernel at the default point of its search space. */
    static KernelSource readTemplate(Backend backend, Path source, KernelSignature signature) {
        try {
            return defaultPoint(backend.parseTemplate(text(source)), signature);
        } catch (IllegalArgumentException e) {
            throw new InputException(source + " was given without --plan, so it must be a template: " + e.getMessage(),
                    e);
        }
    }

    /** Returns the kernel of a template whose parameters each have the first of their values. */
    static KernelSource defaultPoint(KernelTemplate template, KernelSignature signature) {
        Map<String, Long> point = template.defaultPoint();
        if (!template.admits(point, signature)) {
            throw new InputException("the default point " + point + " of the template does not satisfy its own"
                    + " constraints for " + signature + ": put values first that do");
        }
        return template.expand(point, signature);
    }

    private static String text(Path source) {
        return InputFile.read(source, "the kernel's source", MAX_BYTES);
    }
}
