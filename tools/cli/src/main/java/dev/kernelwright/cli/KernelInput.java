package dev.kernelwright.cli;

import dev.kernelwright.cache.LaunchPlanJson;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a kernel that somebody hands in: its source, and a launch plan beside it or in the source's own comments. */
final class KernelInput {
    private static final int MAX_BYTES = 4 * KernelSource.MAX_CHARS;

    private KernelInput() {
    }

    /** Reads a source with its launch plan. */
    static KernelSource read(String language, Path source, Path plan) {
        String text = text(source, "the kernel");
        String json = text(plan, "the launch plan");
        try {
            return new KernelSource(language, text, LaunchPlanJson.parse(json), Map.of());
        } catch (IllegalArgumentException e) {
            throw new InputException(plan + ": " + e.getMessage(), e);
        }
    }

    /** Reads a template, and returns the kernel at the default point of its search space. */
    static KernelSource readTemplate(String language, Path source, KernelSignature signature) {
        try {
            return defaultPoint(KernelTemplate.parse(language, text(source, "the kernel")), signature);
        } catch (IllegalArgumentException e) {
            throw new InputException(source + " was given without --plan, so it must be a template: " + e.getMessage(), e);
        }
    }

    /** Returns the kernel of a template whose parameters each have the first of their values. */
    static KernelSource defaultPoint(KernelTemplate template, KernelSignature signature) {
        Map<String, Long> point = new LinkedHashMap<>();
        template.parameters().forEach((name, values) -> point.put(name, values.getFirst()));
        if (!template.admits(point, signature)) {
            throw new InputException("the default point " + point + " of the template does not satisfy its own"
                    + " constraints for " + signature + ": put values first that do");
        }
        return template.expand(point, signature);
    }

    private static String text(Path file, String what) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new InputException(what + " " + file + " has more than " + MAX_BYTES + " bytes: make it shorter");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new InputException(what + " " + file + " is not UTF-8 text: write it in UTF-8", e);
        } catch (IOException e) {
            throw new InputException(what + " in " + file + " was asked for, but it could not be read ("
                    + e.getClass().getSimpleName() + "): name a file that is there and readable", e);
        }
    }
}
