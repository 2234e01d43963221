package dev.kernelwright.op.standard;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.SpecialValue;
import dev.kernelwright.tensor.DType;

/**
 * The op {@code attention}: scaled dot-product attention with grouped queries,
 * {@code out[b, i, h] = sum_j p_j * v[b, j, g]} with {@code p = softmax_j(scale * dot(q[b, i, h], k[b, j, g]))} and
 * {@code g = h / (heads / kv_heads)}.
 *
 * <p>Shapes: {@code q[batch, q_len, heads, head_dim], k[batch, ctx, kv_heads, head_dim], v} like {@code k}
 * {@code -> out[batch, q_len, heads, head_dim]}. The queries are the last {@code q_len} of {@code ctx} positions: if
 * {@code causal} is 1, query i sees the keys 0 to {@code ctx - q_len + i}, else all. {@code scale} 0, the default,
 * means 1 / sqrt(head_dim). {@code ctx}, {@code kv_heads} and {@code head_dim} are at least 1. Sources: Vaswani et al.,
 * "Attention Is All You Need", 2017, arXiv:1706.03762, section 3.2.1; Ainslie et al., "GQA", 2023, arXiv:2305.13245.
 * Matches {@code torch.nn.functional.scaled_dot_product_attention} with {@code enable_gqa}, whose tensors have heads
 * before positions and whose causal mask begins at the first key.
 *
 * <p>A NaN or an infinite score makes a query's result NaN, as in {@link Softmax}; a masked key or value has no
 * influence, whatever it is.
 */
public final class Attention {
    /** An absolute error of the smallest normal number, in units of u: what an exponential loses below it. */
    private static final double RANGE_LOSS = DType.F32.minNormal() / DType.F32.unitRoundoff();

    /**
     * The definition. {@code flops} counts the two products for every pair of a query and a key it sees, as
     * FlashAttention's authors do.
     *
     * <p>Roundings: as in {@link Softmax} 18, and 2 for the product with v and its rescaling. A score errs relative to
     * A = scale sum |q| |k|, in its sum (t includes head_dim) and in 6 roundings (products, scale, distance to the
     * maximum), and that passes through the exponential; so the magnitude is sum p |v| (1 + max A), the maximum being
     * over the keys seen. The sums over the keys give t its ctx.
     */
    public static final OpDefinition DEFINITION = OpDefinition.named("attention", 1)
            .formula("out[b, i, h, d] = sum_j(p[j] * v[b, j, g, d]) with p = softmax_j(s * sum_d(q[b, i, h, d]"
                    + " * k[b, j, g, d])) and g = h / (heads / kv_heads), where s is scale, or 1 / sqrt(head_dim) if"
                    + " scale is 0, and j runs from 0 to ctx - q_len + i if causal is 1 and to ctx - 1 if it is 0")
            .axes("batch", "q_len", "ctx", "heads", "kv_heads", "head_dim")
            .attribute("causal", 1)
            .attribute("scale", 0)
            .input("q", "batch", "q_len", "heads", "head_dim")
            .input("k", "batch", "ctx", "kv_heads", "head_dim")
            .input("v", "batch", "ctx", "kv_heads", "head_dim")
            .output("out", "batch", "q_len", "heads", "head_dim")
            .require("causal == 0 || causal == 1")
            .require("max(batch, q_len, ctx, heads, kv_heads, head_dim) <= 2147483647")
            .require("min(ctx, kv_heads, head_dim) >= 1")
            .require("heads % kv_heads == 0")
            .require("causal == 0 || q_len <= ctx")
            .flops("4 * batch * heads * head_dim * (q_len * ctx - causal * (q_len * (q_len - 1) / 2))")
            .accuracy(20, "ctx + head_dim")
            .specialValues(SpecialValue.NAN, SpecialValue.INFINITY, SpecialValue.ZERO, SpecialValue.SUBNORMAL)
            .reference("batch * q_len * heads", Attention::computeQuery)
            .build();

    private Attention() {}

    private static void computeQuery(ReferenceCall call, long unit) {
        int qLen = call.axis(1);
        int ctx = call.axis(2);
        int heads = call.axis(3);
        int kvHeads = call.axis(4);
        int headDim = call.axis(5);
        int head = (int) (unit % heads);
        int query = (int) (unit / heads % qLen);
        long batch = unit / heads / qLen;
        int keys = call.flag("causal") ? ctx - qLen + query + 1 : ctx;
        long first = (batch * ctx * kvHeads + head / (heads / kvHeads)) * headDim;
        new Query(call, unit * headDim, first, (long) kvHeads * headDim, keys, headDim).compute();
    }

    /**
     * One head of one query.
     *
     * @param start where the query, and its result, begin
     * @param first where the first key, and its value, begin
     * @param stride from one key to the next
     * @param keys how many keys the query sees
     */
    private record Query(ReferenceCall call, long start, long first, long stride, int keys, int headDim) {
        void compute() {
            double[] weights = new double[keys];
            double scoreMagnitude = computeScores(weights);
            double max = Double.NEGATIVE_INFINITY;
            for (double score : weights) {
                max = Math.max(max, score);
            }
            double sum = 0;
            for (int j = 0; j < keys; j++) {
                weights[j] = Math.exp(weights[j] - max);
                sum += weights[j];
            }
            Elements v = call.input(2);
            for (int d = 0; d < headDim; d++) {
                double value = 0;
                double magnitude = 0;
                for (int j = 0; j < keys; j++) {
                    double factor = v.get(first + j * stride + d);
                    double term = weights[j] / sum * factor;
                    value += term;
                    magnitude += Math.abs(term) + Math.abs(factor) * RANGE_LOSS;
                }
                call.put(0, start + d, value, magnitude * (1 + scoreMagnitude));
            }
        }

        /** Fills in the scores and returns the greatest magnitude of one; an infinite one gives weight 0, exactly, or NaN. */
        private double computeScores(double[] scores) {
            Elements q = call.input(0);
            Elements k = call.input(1);
            double scale = call.attribute("scale") == 0 ? 1 / Math.sqrt(headDim) : call.attribute("scale");
            double greatest = 0;
            for (int j = 0; j < keys; j++) {
                double score = 0;
                double magnitude = 0;
                for (int d = 0; d < headDim; d++) {
                    double product = q.get(start + d) * k.get(first + j * stride + d);
                    score += product;
                    magnitude += Math.abs(product);
                }
                scores[j] = score * scale;
                greatest = Double.isInfinite(scores[j])
                        ? greatest
                        : Math.max(greatest, magnitude * Math.abs(scale));
            }
            return greatest;
        }
    }
}
