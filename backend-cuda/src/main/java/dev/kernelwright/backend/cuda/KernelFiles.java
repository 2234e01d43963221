package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Finds baselines and templates among the resources. A baseline is a template without parameters.
 *
 * <p>What the files have in common, elements and vectors of each dtype, they include from one more file. Its text is put
 * where the include stands, so that a template, and each kernel made from it, is whole.
 */
final class KernelFiles {
    private static final String ELEMENT_INCLUDE = "#include \"../element.cuh\"\n";
    private static final String ELEMENT = "element.cuh";
    private static final long MAX_ROWS_OF_FEW = 8;
    private static final int AXIS_Q_LEN = 1;

    private KernelFiles() {}

    static Optional<KernelTemplate> baseline(KernelSignature signature) {
        return find("baselines", signature.op());
    }

    static Optional<KernelTemplate> template(KernelSignature signature) {
        return find("templates", templateName(signature));
    }

    /**
     * Most ops have one template. A product with few rows is bound by reading b once, not by arithmetic, and is best done
     * in the order in which b lies; attention to one query by reading keys and values, which must be split among blocks.
     * Larger products of halves are the tensor cores'.
     */
    private static String templateName(KernelSignature signature) {
        return switch (signature.op()) {
            case "matmul" -> signature.axes().getFirst().max() > MAX_ROWS_OF_FEW
                    ? signature.dtype() == DType.F32 ? "matmul" : "matmul_tensor"
                    : signature.attributes().getOrDefault("transpose_b", 0.0) != 0 ? "matmul_dot" : "matmul_vector";
            case "attention" -> signature.axes().get(AXIS_Q_LEN).max() > 1 ? "attention" : "attention_decode";
            default -> signature.op();
        };
    }

    private static Optional<KernelTemplate> find(String folder, String name) {
        return whole(folder + "/" + name + ".cu").map(text -> KernelTemplate.parse(CudaBackend.LANGUAGE, text));
    }

    private static Optional<String> whole(String name) {
        return read(name).map(text -> text.replace(ELEMENT_INCLUDE, read(ELEMENT).orElseThrow() + "\n"));
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
        return whole(name).orElseThrow(() -> new IllegalStateException("the kernel " + name
                + " is missing from this library's jar"));
    }
}
