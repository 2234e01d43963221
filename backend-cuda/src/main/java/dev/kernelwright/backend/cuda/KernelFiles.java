package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Finds baselines and templates among the resources: a file for each op. A baseline is a template without parameters. */
final class KernelFiles {
    private KernelFiles() {}

    static Optional<KernelTemplate> baseline(KernelSignature signature) {
        return find("baselines", signature);
    }

    static Optional<KernelTemplate> template(KernelSignature signature) {
        return find("templates", signature);
    }

    private static Optional<KernelTemplate> find(String folder, KernelSignature signature) {
        return signature.dtype() == DType.F32
                ? read(folder + "/" + signature.op() + ".cu")
                        .map(text -> KernelTemplate.parse(CudaBackend.LANGUAGE, text))
                : Optional.empty();
    }

    private static Optional<String> read(String name) {
        try (InputStream in = KernelFiles.class.getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel " + name + " cannot be read from this library's own jar", e);
        }
    }

    /** Returns the text of a kernel that is always there. */
    static String text(String name) {
        return read(name).orElseThrow(() -> new IllegalStateException("the kernel " + name
                + " is missing from this library's jar"));
    }
}
