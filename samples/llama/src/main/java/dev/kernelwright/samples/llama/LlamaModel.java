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
    private final Device device;
    private final Tensor token;
    private final Tensor position;
    private final Tensor logits;
    private final Tensor likeliest;
    /** A number on its way between the host and the device. */
    private final Tensor number = Tensor.allocate(DType.I32, 1);

    /** Binds a model's ops to a device of a runtime, which answers from the first call on. */
    LlamaModel(Checkpoint checkpoint, ComputeRuntime runtime, Device device) {
        ModelShape shape = checkpoint.shape();
        Placement placement = new Placement(device);
        Checkpoint weights = checkpoint.on(placement);
        this.device = device;
        this.token = placement.empty(DType.I32, 1);
        this.likeliest = placement.empty(DType.I32, 1);
        this.ops = LlamaOps.bind(shape, runtime, device);
        Activations a = new Activations(shape, placement);
        RotaryTables rotary = RotaryTables.of(shape.positions(), shape.headDim()).on(placement);
        this.position = a.position;
        this.logits = placement.empty(DType.F32, 1, shape.vocabSize());
        this.blocks = weights.layers().stream()
                .map(layer -> new TransformerBlock(shape, layer, rotary, ops, a, placement))
                .toList();
        this.embed = new Call(ops.embed(), token, weights.embedding(), a.stream);
        this.finalNorm = new Call(ops.norm(), a.stream, weights.finalNorm(), a.normed);
        this.classify = new Call(ops.toLogits(), a.normed, weights.classifier(), logits);
        this.pick = new Call(ops.pick(), logits, likeliest);
    }

    /**
     * Computes the logits of what follows a token. The positions before it must have been computed, in order; going back
     * to an earlier one begins another text from there.
     */
    void forward(int tokenId, int tokenPosition) {
        put(token, tokenId);
        put(position, tokenPosition);
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
        device.copy(likeliest, number);
        return number.segment().get(ValueLayout.JAVA_INT, 0);
    }

    private void put(Tensor target, int value) {
        number.segment().set(ValueLayout.JAVA_INT, 0, value);
        device.copy(number, target);
    }

    /** Returns the logits of the last {@link #forward}, {@code [1, vocab]}, in the device's memory. */
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
