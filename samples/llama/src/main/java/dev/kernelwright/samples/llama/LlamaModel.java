package dev.kernelwright.samples.llama;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.Device;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A Llama model that decodes one text, a token at a time.
 *
 * <p>Not safe for use from several threads: it has one KV cache and one set of intermediate results.
 */
final class LlamaModel implements AutoCloseable {
    private final LlamaOps ops;
    private final List<TransformerBlock> blocks;
    private final Call embed;
    private final Call finalNorm;
    private final Call classify;
    private final Call pick;
    private final Tensor token = Tensor.allocate(DType.I32, 1);
    private final Tensor position;
    private final Tensor logits;
    private final Tensor likeliest = Tensor.allocate(DType.I32, 1);

    /** Binds a model's ops to a device of a runtime, which answers from the first call on. */
    LlamaModel(Checkpoint checkpoint, ComputeRuntime runtime, Device device) {
        ModelShape shape = checkpoint.shape();
        this.ops = LlamaOps.bind(shape, runtime, device);
        Activations a = new Activations(shape);
        RotaryTables rotary = RotaryTables.of(shape.positions(), shape.headDim());
        this.position = a.position;
        this.logits = Tensor.allocate(DType.F32, 1, shape.vocabSize());
        this.blocks = checkpoint.layers().stream()
                .map(weights -> new TransformerBlock(shape, weights, rotary, ops, a))
                .toList();
        this.embed = new Call(ops.embed(), token, checkpoint.embedding(), a.stream);
        this.finalNorm = new Call(ops.norm(), a.stream, checkpoint.finalNorm(), a.normed);
        this.classify = new Call(ops.toLogits(), a.normed, checkpoint.classifier(), logits);
        this.pick = new Call(ops.pick(), logits, likeliest);
    }

    /**
     * Computes the logits of what follows a token. The positions before it must have been computed, in order; going back
     * to an earlier one begins another text from there.
     */
    void forward(int tokenId, int tokenPosition) {
        token.segment().set(ValueLayout.JAVA_INT, 0, tokenId);
        position.segment().set(ValueLayout.JAVA_INT, 0, tokenPosition);
        embed.run();
        for (int i = 0; i < blocks.size(); i++) {
            blocks.get(i).forward(tokenPosition);
        }
        finalNorm.run();
        classify.run();
    }

    /** Returns the most likely token by the logits. */
    int likeliestToken() {
        pick.run();
        return likeliest.segment().get(ValueLayout.JAVA_INT, 0);
    }

    /** Returns the logits of the last {@link #forward}, {@code [1, vocab]}. */
    Tensor logits() {
        return logits;
    }

    /** Returns every bound op, each once. */
    List<BoundOp> ops() {
        return ops.all();
    }

    @Override
    public void close() {
        ops.all().forEach(BoundOp::close);
    }
}
