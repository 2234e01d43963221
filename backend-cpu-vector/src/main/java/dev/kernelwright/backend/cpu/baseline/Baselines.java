package dev.kernelwright.backend.cpu.baseline;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.BlockBody;
import dev.kernelwright.tensor.DType;
import java.util.Optional;

/** The baselines by op. */
public final class Baselines {
    private Baselines() {}

    /**
     * A baseline.
     *
     * @param grid the number of blocks, an {@link dev.kernelwright.op.Expression} over the axes
     * @param body computes a block
     */
    public record Baseline(String grid, BlockBody body) {}

    /** Returns the baseline for a signature, or empty if there is none for its op, version or dtype. */
    public static Optional<Baseline> find(KernelSignature signature) {
        if (signature.dtype() != DType.F32 || signature.version() != 1) {
            return Optional.empty();
        }
        return Optional.ofNullable(switch (signature.op()) {
            case "add" -> ElementwiseBaselines.add();
            case "mul" -> ElementwiseBaselines.mul();
            case "silu_mul" -> ElementwiseBaselines.siluMul();
            case "gelu" -> ElementwiseBaselines.gelu();
            case "sum" -> ReductionBaselines.sum(signature);
            case "argmax" -> ReductionBaselines.argMax(signature);
            case "softmax" -> SoftmaxBaseline.of(signature);
            case "rms_norm" -> RmsNormBaseline.of(signature);
            case "layer_norm" -> LayerNormBaseline.of(signature);
            case "embedding" -> EmbeddingBaseline.of(signature);
            case "matmul" -> MatmulBaseline.of(signature);
            case "attention" -> AttentionBaseline.of(signature);
            case "rope" -> RopeBaseline.of(signature);
            default -> null;
        });
    }
}
