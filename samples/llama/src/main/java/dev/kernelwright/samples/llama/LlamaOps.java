package dev.kernelwright.samples.llama;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.op.standard.ArgMax;
import dev.kernelwright.op.standard.Attention;
import dev.kernelwright.op.standard.Embedding;
import dev.kernelwright.op.standard.MatMul;
import dev.kernelwright.op.standard.RmsNorm;
import dev.kernelwright.op.standard.Rope;
import dev.kernelwright.op.standard.SiluMul;
import dev.kernelwright.tensor.DType;
import java.util.List;

/**
 * The ops of a model that decodes one token at a time, each bound once: all blocks share them, because a kernel depends
 * on shapes and not on weights.
 *
 * @param embed looks up a token's row
 * @param norm RMSNorm of the residual stream
 * @param toDim the projections from {@code dim} to {@code dim}: queries, and attention's output
 * @param toKv the projections to keys and to values
 * @param toHidden the projections to gate and to up
 * @param fromHidden the projection back from the feed-forward layer
 * @param toLogits the classifier
 * @param rotateQuery RoPE of the queries
 * @param rotateKey RoPE of the keys
 * @param attend attention of one query over a context of 1 to all positions
 * @param gate SwiGLU's {@code silu(gate) * up}
 * @param add the residual connection
 * @param pick the most likely token
 */
record LlamaOps(BoundOp embed, BoundOp norm, BoundOp toDim, BoundOp toKv, BoundOp toHidden, BoundOp fromHidden,
        BoundOp toLogits, BoundOp rotateQuery, BoundOp rotateKey, BoundOp attend, BoundOp gate, BoundOp add,
        BoundOp pick) {
    /** Binds the ops for a model to a device. */
    static LlamaOps bind(ModelShape shape, ComputeRuntime runtime, Device device) {
        int dim = shape.dim();
        int hidden = shape.hiddenDim();
        return new LlamaOps(
                runtime.bind(Embedding.DEFINITION.workload(DType.F32).axis("rows", 1).axis("vocab", shape.vocabSize())
                        .axis("dim", dim).build(), device),
                runtime.bind(RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 1).axis("cols", dim).build(), device),
                runtime.bind(projection(dim, dim), device),
                runtime.bind(projection(dim, shape.kvDim()), device),
                runtime.bind(projection(dim, hidden), device),
                runtime.bind(projection(hidden, dim), device),
                runtime.bind(projection(dim, shape.vocabSize()), device),
                runtime.bind(rotation(shape, shape.heads()), device),
                runtime.bind(rotation(shape, shape.kvHeads()), device),
                runtime.bind(Attention.DEFINITION.workload(DType.F32).axis("batch", 1).axis("q_len", 1)
                        .axis("ctx", 1, shape.positions()).axis("heads", shape.heads())
                        .axis("kv_heads", shape.kvHeads()).axis("head_dim", shape.headDim()).build(), device),
                runtime.bind(SiluMul.DEFINITION.workload(DType.F32).axis("n", hidden).build(), device),
                runtime.bind(Add.DEFINITION.workload(DType.F32).axis("n", dim).build(), device),
                runtime.bind(ArgMax.DEFINITION.workload(DType.F32).axis("rows", 1).axis("cols", shape.vocabSize())
                        .build(), device));
    }

    /** A linear layer for one token; its weights are {@code [out, in]}, which is b transposed. */
    private static Workload projection(int in, int out) {
        return MatMul.DEFINITION.workload(DType.F32).axis("m", 1).axis("n", out).axis("k", in)
                .attribute("transpose_b", 1).build();
    }

    private static Workload rotation(ModelShape shape, int heads) {
        return Rope.DEFINITION.workload(DType.F32).axis("rows", 1).axis("heads", heads)
                .axis("head_dim", shape.headDim()).axis("positions", shape.positions()).attribute("interleaved", 1)
                .build();
    }

    /** Returns every op. */
    List<BoundOp> all() {
        return List.of(embed, norm, toDim, toKv, toHidden, fromHidden, toLogits, rotateQuery, rotateKey, attend, gate,
                add, pick);
    }
}
