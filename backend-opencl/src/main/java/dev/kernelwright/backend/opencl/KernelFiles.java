package dev.kernelwright.backend.opencl;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Finds baselines and templates among the resources. A baseline is a template without parameters.
 *
 * <p>An op has a template of one name for every device, or one for graphics processors, {@code .gpu}, and one for others,
 * {@code .cpu}. Where one kernel serves both but not one search space, directives begin with {@code // @gpu} or
 * {@code // @cpu} in place of {@code // @}. Compilers see no {@code #include}: the files that templates name are put in
 * their place when a template is read.
 */
final class KernelFiles {
    /** What templates have in common, in the order in which it is expanded: one may include those after it. */
    private static final List<String> INCLUDED = List.of("rows.clh", "vectors.clh", "lanes.clh");
    private static final long MAX_ROWS_OF_DOT = 16;
    private static final long MAX_ROWS_OF_VECTOR = 4;
    private static final long MAX_ROWS_OF_FEW = 16;

    private KernelFiles() {}

    static Optional<KernelTemplate> baseline(KernelSignature signature) {
        return find("baselines", List.of(signature.op()), signature)
                .map(text -> KernelTemplate.parse(OpenClBackend.LANGUAGE, text));
    }

    static Optional<KernelTemplate> template(KernelSignature signature, boolean isGpu) {
        String kind = isGpu ? "gpu" : "cpu";
        String op = signature.op();
        return find("templates", List.of(variant(signature) + "." + kind, op + "." + kind, op), signature)
                .map(text -> parse(text, isGpu));
    }

    /** Reads a template, as far as it is for the kind of device. */
    static KernelTemplate parse(String text, boolean isGpu) {
        return KernelTemplate.parse(OpenClBackend.LANGUAGE, chosen(text, isGpu));
    }

    /** Returns the text of a template by its name. */
    static String template(String name, boolean isGpu) {
        return chosen(read("templates/" + name + (isGpu ? ".gpu" : ".cpu") + ".cl")
                .orElseGet(() -> text("templates/" + name + ".cl")), isGpu);
    }

    /** Expands what is included, and leaves out the directives for the other kind of device. */
    private static String chosen(String text, boolean isGpu) {
        String whole = text;
        for (String included : INCLUDED) {
            whole = whole.replace("#include \"../" + included + "\"\n", text(included));
        }
        String kind = isGpu ? "gpu" : "cpu";
        String other = isGpu ? "cpu" : "gpu";
        return whole.replaceAll("// @" + other + " .*\n", "").replace("// @" + kind + " ", "// @");
    }

    /**
     * Most ops have one template. A product with few rows is bound by reading b once, not by arithmetic, and is best
     * done in the order in which b lies; so is attention of few queries with its keys.
     */
    private static String variant(KernelSignature signature) {
        String op = signature.op();
        long[] axes = signature.maxAxes();
        return switch (op) {
            case "matmul" -> {
                boolean transposed = signature.attributes().getOrDefault("transpose_b", 0.0) != 0;
                yield transposed && axes[0] <= MAX_ROWS_OF_DOT
                        ? "matmul_dot"
                        : !transposed && axes[0] <= MAX_ROWS_OF_VECTOR ? "matmul_vector" : op;
            }
            case "attention" -> axes[1] * axes[3] / Math.max(axes[4], 1) <= MAX_ROWS_OF_FEW ? "attention_few" : op;
            default -> op;
        };
    }

    private static Optional<String> find(String folder, List<String> names, KernelSignature signature) {
        return signature.dtype() == DType.F32
                ? names.stream().flatMap(name -> read(folder + "/" + name + ".cl").stream()).findFirst()
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
