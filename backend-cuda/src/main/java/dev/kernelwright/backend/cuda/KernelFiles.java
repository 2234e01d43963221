package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.AxisRange;
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
 * <p>What the files have in common, elements and vectors of each dtype for example, they include from more files. Their text
 * is put where the include stands, so that a template, and each kernel made from it, is whole.
 */
final class KernelFiles {
    /** What templates include: elements of each dtype, what tensor cores do, and what some templates have in common. */
    private static final List<String> INCLUDED = List.of("element.cuh", "stream.cuh", "mma.cuh", "hopper.cuh",
            "decode.cuh");
    /** The one architecture that has wgmma; it has clusters too. */
    private static final String HOPPER = "sm_90a";
    private static final long MAX_ROWS_OF_FEW = 8;
    /** Rows of a tensor map lie a multiple of 16 bytes apart. */
    private static final long HALVES_OF_STRIDE = 8;
    private static final int AXIS_Q_LEN = 1;
    private static final int AXIS_HEAD_DIM = 5;
    private static final long MAX_HEAD_DIM_OF_WGMMA = 128;
    private static final int AXIS_COLS = 1;
    private static final long MAX_COLS_OF_BLOCK = 8192;

    private KernelFiles() {}

    static Optional<KernelTemplate> baseline(KernelSignature signature) {
        return find("baselines", signature.op());
    }

    static Optional<KernelTemplate> template(KernelSignature signature, String architecture) {
        return find("templates", templateName(signature, architecture));
    }

    /**
     * Most ops have one template. Attention to one query reads keys and values, which must be split among blocks; with halves
     * even so arithmetic would take longer than reading, but for tensor cores. A long row of a softmax is read once only where several blocks share it and tell each other what they found.
     */
    private static String templateName(KernelSignature signature, String architecture) {
        return switch (signature.op()) {
            case "matmul" -> matmulName(signature, architecture);
            case "attention" -> signature.axes().get(AXIS_Q_LEN).max() == 1
                    ? signature.dtype() == DType.F32 ? "attention_decode" : "attention_decode_tensor"
                    : architecture.equals(HOPPER) && isAttentionOfTensorMaps(signature)
                            ? "attention_wgmma"
                            : "attention";
            case "softmax" -> architecture.equals(HOPPER) && signature.axes().get(AXIS_COLS).max() > MAX_COLS_OF_BLOCK
                    ? "softmax_cluster"
                    : "softmax";
            default -> signature.op();
        };
    }

    /**
     * A product with few rows is bound by reading b once, not by arithmetic, and is best done in the order in which b lies.
     * Larger products of halves are the tensor cores'.
     */
    private static String matmulName(KernelSignature signature, String architecture) {
        boolean transposed = signature.attributes().getOrDefault("transpose_b", 0.0) != 0;
        if (signature.axes().getFirst().max() <= MAX_ROWS_OF_FEW) {
            return transposed ? "matmul_dot" : "matmul_vector";
        }
        if (signature.dtype() == DType.F32) {
            return "matmul";
        }
        return architecture.equals(HOPPER) && haveTensorMaps(signature, transposed) ? "matmul_wgmma" : "matmul_tensor";
    }

    /** Whether matrices of every admitted shape have tensor maps: there are none of nothing, and rows must be aligned. */
    private static boolean haveTensorMaps(KernelSignature signature, boolean transposed) {
        AxisRange n = signature.axes().get(1);
        AxisRange k = signature.axes().get(2);
        return isNeverEmpty(signature) && isAlignedStride(k) && (transposed || isAlignedStride(n));
    }

    private static boolean isAttentionOfTensorMaps(KernelSignature signature) {
        AxisRange headDim = signature.axes().get(AXIS_HEAD_DIM);
        return signature.dtype() != DType.F32 && isNeverEmpty(signature) && isAlignedStride(headDim)
                && headDim.max() <= MAX_HEAD_DIM_OF_WGMMA;
    }

    private static boolean isNeverEmpty(KernelSignature signature) {
        return signature.axes().stream().allMatch(axis -> axis.min() > 0);
    }

    private static boolean isAlignedStride(AxisRange axis) {
        return axis.isFixed() && axis.max() % HALVES_OF_STRIDE == 0;
    }

    private static Optional<KernelTemplate> find(String folder, String name) {
        return whole(folder + "/" + name + ".cu").map(text -> KernelTemplate.parse(CudaBackend.LANGUAGE, text));
    }

    private static Optional<String> whole(String name) {
        return read(name).map(text -> {
            String whole = text;
            for (String included : INCLUDED) {
                whole = whole.replace("#include \"../" + included + "\"\n", read(included).orElseThrow() + "\n");
            }
            return whole;
        });
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
