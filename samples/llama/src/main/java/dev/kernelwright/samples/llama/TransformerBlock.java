package dev.kernelwright.samples.llama;

import static dev.kernelwright.samples.llama.Activations.batch;
import static dev.kernelwright.samples.llama.Activations.flat;
import static dev.kernelwright.samples.llama.Activations.heads;

import dev.kernelwright.samples.llama.Checkpoint.LayerWeights;

/**
 * One block of a Llama model for one token: attention and a SwiGLU feed-forward layer, each behind an RMSNorm and
 * around a residual connection.
 *
 * <p>Its calls are made once. What changes from token to token is the position, and so the views of the KV cache.
 */
final class TransformerBlock {
    private final KvCache cache;
    private final Call attentionNorm;
    private final Call query;
    private final Call key;
    private final Call value;
    private final Call rotateQuery;
    private final Call rotateKey;
    private final Call attend;
    private final Call attentionOutput;
    private final Call attentionResidual;
    private final Call feedForwardNorm;
    private final Call gate;
    private final Call up;
    private final Call silu;
    private final Call down;
    private final Call feedForwardResidual;

    TransformerBlock(ModelShape shape, LayerWeights weights, RotaryTables rotary, LlamaOps ops, Activations a,
            Placement placement) {
        int headDim = shape.headDim();
        this.cache = new KvCache(shape, placement);
        this.attentionNorm = new Call(ops.norm(), a.stream, weights.attentionNorm(), a.normed);
        this.query = new Call(ops.toDim(), a.normed, weights.wq(), a.query);
        this.key = new Call(ops.toKv(), a.normed, weights.wk(), a.key);
        this.value = new Call(ops.toKv(), a.normed, weights.wv(), cache.valueSlot(0));
        this.rotateQuery = new Call(ops.rotateQuery(), heads(a.query, headDim), rotary.cos(), rotary.sin(), a.position,
                heads(a.rotatedQuery, headDim));
        this.rotateKey = new Call(ops.rotateKey(), heads(a.key, headDim), rotary.cos(), rotary.sin(), a.position,
                cache.keySlot(0));
        this.attend = new Call(ops.attend(), batch(a.rotatedQuery, headDim), cache.keys(0), cache.values(0),
                batch(a.attended, headDim));
        this.attentionOutput = new Call(ops.toDim(), a.attended, weights.wo(), a.projected);
        this.attentionResidual = new Call(ops.add(), flat(a.stream), flat(a.projected), flat(a.middle));
        this.feedForwardNorm = new Call(ops.norm(), a.middle, weights.ffnNorm(), a.normed);
        this.gate = new Call(ops.toHidden(), a.normed, weights.w1(), a.gate);
        this.up = new Call(ops.toHidden(), a.normed, weights.w3(), a.up);
        this.silu = new Call(ops.gate(), flat(a.gate), flat(a.up), flat(a.gated));
        this.down = new Call(ops.fromHidden(), a.gated, weights.w2(), a.projected);
        this.feedForwardResidual = new Call(ops.add(), flat(a.middle), flat(a.projected), flat(a.stream));
    }

    /** Takes the residual stream through the block, for the token at a position. */
    void forward(int position) {
        attentionNorm.run();
        query.run();
        key.run();
        value.with(2, cache.valueSlot(position)).run();
        rotateQuery.run();
        rotateKey.with(4, cache.keySlot(position)).run();
        attend.with(1, cache.keys(position)).with(2, cache.values(position)).run();
        attentionOutput.run();
        attentionResidual.run();

        feedForwardNorm.run();
        gate.run();
        up.run();
        silu.run();
        down.run();
        feedForwardResidual.run();
    }
}
