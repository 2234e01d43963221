package dev.kernelwright.backend.cpu.baseline;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import dev.kernelwright.backend.cpu.baseline.Baselines.Baseline;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.LaunchArguments;
import java.lang.foreign.MemorySegment;

/**
 * {@code attention}: a block is some heads of some queries.
 *
 * <p>Every score is computed twice, for the maximum and for the weight, because there is nowhere to keep them.
 */
final class AttentionBaseline {
    private final boolean causal;
    private final double scale;
    private final Expression.Compiled unitsOfBlock;

    private AttentionBaseline(boolean causal, double scale, Expression.Compiled unitsOfBlock) {
        this.causal = causal;
        this.scale = scale;
        this.unitsOfBlock = unitsOfBlock;
    }

    static Baseline of(KernelSignature signature) {
        String unitsOfBlock = "max(1, " + Blocks.ELEMENTS + " / (ctx * head_dim))";
        AttentionBaseline baseline = new AttentionBaseline(signature.attributes().getOrDefault("causal", 1.0) != 0,
                signature.attributes().getOrDefault("scale", 0.0),
                Expression.parse(unitsOfBlock).compile(signature.axisNames()));
        return new Baseline("ceil_div(batch * q_len * heads, " + unitsOfBlock + ")",
                (block, arguments) -> baseline.run(block, arguments, arguments.axes()));
    }

    private void run(long block, LaunchArguments args, long[] axes) {
        long count = unitsOfBlock.evaluate(axes);
        long units = axes[0] * axes[1] * axes[3];
        for (long unit = block * count; unit < Math.min(units, (block + 1) * count); unit++) {
            attend(args, axes, unit);
        }
    }

    private void attend(LaunchArguments args, long[] axes, long unit) {
        long queries = axes[1];
        long ctx = axes[2];
        long heads = axes[3];
        long kvHeads = axes[4];
        int dim = (int) axes[5];
        long query = unit / heads % queries;
        long batch = unit / heads / queries;
        long keys = causal ? ctx - queries + query + 1 : ctx;
        long first = (batch * ctx * kvHeads + unit % heads / (heads / kvHeads)) * dim;
        long stride = kvHeads * dim;
        double factor = scale != 0 ? scale : 1 / Math.sqrt(dim);
        MemorySegment q = args.segment(0);
        MemorySegment k = args.segment(1);
        MemorySegment v = args.segment(2);
        MemorySegment out = args.segment(3);
        double max = Double.NEGATIVE_INFINITY;
        for (long key = 0; key < keys; key++) {
            max = Math.max(max, factor * dot(q, unit * dim, k, first + key * stride, dim));
        }
        for (int d = 0; d < dim; d++) {
            out.setAtIndex(JAVA_FLOAT, unit * dim + d, 0);
        }
        double sum = 0;
        for (long key = 0; key < keys; key++) {
            double weight = Math.exp(factor * dot(q, unit * dim, k, first + key * stride, dim) - max);
            sum += weight;
            for (int d = 0; d < dim; d++) {
                out.setAtIndex(JAVA_FLOAT, unit * dim + d, out.getAtIndex(JAVA_FLOAT, unit * dim + d)
                        + (float) weight * v.getAtIndex(JAVA_FLOAT, first + key * stride + d));
            }
        }
        for (int d = 0; d < dim; d++) {
            out.setAtIndex(JAVA_FLOAT, unit * dim + d, (float) (out.getAtIndex(JAVA_FLOAT, unit * dim + d) / sum));
        }
    }

    private static double dot(MemorySegment a, long startA, MemorySegment b, long startB, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) a.getAtIndex(JAVA_FLOAT, startA + i) * b.getAtIndex(JAVA_FLOAT, startB + i);
        }
        return sum;
    }
}
