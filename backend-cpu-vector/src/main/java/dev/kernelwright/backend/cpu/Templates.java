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
    private static final long MAX_ROWS_OF_DOT = 16;
    private static final long MAX_ROWS_OF_VECTOR = 4;

    private Templates() {}

    static Optional<KernelTemplate> find(KernelSignature signature) {
        if (signature.dtype() != DType.F32) {
            return Optional.empty();
        }
        return read(fileName(signature)).map(text -> KernelTemplate.parse(CpuBackend.LANGUAGE, text));
    }

    /**
     * Most ops have one template. A product with few rows is bound by reading b once, not by arithmetic, and is best
     * done in the order in which b lies; with more rows b is copied, and then its order does not matter.
     */
    private static String fileName(KernelSignature signature) {
        if (!signature.op().equals("matmul")) {
            return signature.op();
        }
        boolean transposed = signature.attributes().getOrDefault("transpose_b", 0.0) != 0;
        long rows = signature.axes().getFirst().max();
        return transposed && rows <= MAX_ROWS_OF_DOT
                ? "matmul_dot"
                : !transposed && rows <= MAX_ROWS_OF_VECTOR ? "matmul_vector" : "matmul";
    }

    private static Optional<String> read(String name) {
        try (InputStream in = Templates.class.getResourceAsStream("templates/" + name + ".java")) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the template " + name + " cannot be read from this library's own jar", e);
        }
    }
}
