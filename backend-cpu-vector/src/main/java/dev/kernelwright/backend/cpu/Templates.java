package dev.kernelwright.backend.cpu;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Finds the template for an op among the resources. */
final class Templates {
    private Templates() {
    }

    static Optional<KernelTemplate> find(KernelSignature signature) {
        if (signature.dtype() != DType.F32) {
            return Optional.empty();
        }
        return read(fileName(signature)).map(text -> KernelTemplate.parse(CpuBackend.LANGUAGE, text));
    }

    /** Most ops have one template. A product with few rows is bound by reading b once, not by arithmetic. */
    private static String fileName(KernelSignature signature) {
        if (signature.op().equals("matmul")) {
            String layout = signature.attributes().getOrDefault("transpose_b", 0.0) != 0 ? "_transposed" : "";
            long rows = signature.axes().getFirst().max();
            return rows <= 4 ? "matmul_vector" + layout : "matmul" + layout;
        }
        return signature.op();
    }

    private static Optional<String> read(String name) {
        try (InputStream in = Templates.class.getResourceAsStream("templates/" + name + ".java")) {
            return in == null ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the template " + name + " cannot be read from this library's own jar", e);
        }
    }
}
