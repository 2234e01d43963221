package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.Deadline;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares a kernel's results with the reference, which is computed as it goes and never stored.
 *
 * <p>A result may be as far off as the op's {@link Accuracy} allows for its magnitude. A NaN is right only where the
 * reference has one, and an infinity only where the reference has it too or is so large that rounding may overflow.
 * Integers must be equal, and so must everything, bit for bit, for an op that demands it; and the results of an op that
 * only adds and multiplies must be equal on small whole numbers.
 */
final class OutputChecker {
    private static final int MAX_BLOCKS = 256;

    private final Workload workload;
    private final long[] axes;
    private final Accuracy.Bound accuracy;
    private final boolean exactIntegers;
    private final BlockPool pool;

    /**
     * Creates a checker for one shape.
     *
     * @param exactIntegers whether the inputs are small whole numbers and the op is exact on these
     */
    OutputChecker(Workload workload, long[] axes, boolean exactIntegers, BlockPool pool) {
        this.workload = workload;
        this.axes = axes.clone();
        this.accuracy = workload.op().accuracy().bound(workload.signature(), axes);
        this.exactIntegers = exactIntegers;
        this.pool = pool;
    }

    /** Returns how many units the reference has for this shape. */
    long units() {
        return workload.signature().evaluate(workload.op().units(), axes);
    }

    /** Compares the outputs, however long it takes. */
    Comparison compare(List<Tensor> inputs, List<Tensor> outputs, UnitSample sample) {
        return compare(inputs, outputs, sample, new Deadline(System.nanoTime() + Long.MAX_VALUE / 2)).orElseThrow();
    }

    /**
     * Compares the outputs.
     *
     * @param inputs the inputs, in order
     * @param outputs the results, in order
     * @param sample which units are compared
     * @param deadline when to give up
     * @return what came of it; nothing if there was not the time
     * @throws IllegalStateException if the reference does not give a result for every element
     */
    Optional<Comparison> compare(List<Tensor> inputs, List<Tensor> outputs, UnitSample sample, Deadline deadline) {
        List<Elements> inputElements = inputs.stream().map(Elements::new).toList();
        List<Elements> outputElements = outputs.stream().map(Elements::new).toList();
        int blocks = (int) Math.min(sample.size(), MAX_BLOCKS);
        Comparison[] results = new Comparison[blocks];
        pool.run(blocks, (block, ignored) -> {
            Judge judge = new Judge(inputElements, outputElements);
            long to = sample.size() * (block + 1) / blocks;
            for (long position = sample.size() * block / blocks; position < to; position++) {
                if (deadline.isPast()) {
                    return;
                }
                workload.op().reference().compute(judge, sample.unit(position));
            }
            results[block] = judge.result();
        }, new LaunchArguments(0, 0));
        if (Arrays.asList(results).contains(null)) {
            return Optional.empty();
        }
        Comparison all = Arrays.stream(results).reduce(Comparison.NOTHING, Comparison::plus);
        long elements = outputs.stream().mapToLong(Tensor::elementCount).sum();
        if (sample.isComplete() && all.compared() != elements) {
            throw new IllegalStateException("the reference of " + workload.op() + " gave " + all.compared()
                    + " results for " + elements + " output elements: it must put each exactly once");
        }
        return Optional.of(all);
    }

    /** Takes the reference's results for some units and compares each at once. */
    private final class Judge extends ReferenceCall {
        private final List<Elements> outputs;
        private long compared;
        private long wrong;
        private double worstRatio;
        private long measured;
        private double squaredErrors;
        private double squaredValues;
        private Comparison.@Nullable Mismatch first;
        private Comparison.@Nullable Mismatch last;
        private Comparison.@Nullable Mismatch worst;

        Judge(List<Elements> inputs, List<Elements> outputs) {
            super(workload.signature(), inputs, axes);
            this.outputs = outputs;
        }

        @Override
        public void put(int output, long index, double value, double magnitude) {
            Elements elements = outputs.get(output);
            double found = elements.get(index);
            boolean exact = exactIntegers && magnitude <= Accuracy.EXACT_INTEGERS;
            double bound = elements.dtype().isFloat() && !exact
                    ? accuracy.of(elements.dtype(), value, magnitude)
                    : 0;
            double ratio = exact && found == rounded(elements.dtype(), value)
                    ? 0 // also a zero of the other sign, which a sum may give
                    : errorRatio(elements.dtype(), value, found, bound);
            compared++;
            measure(elements.dtype(), value, found, magnitude);
            worstRatio = Math.max(worstRatio, ratio);
            if (ratio > 1) {
                wrong++;
                Comparison.Mismatch mismatch = new Comparison.Mismatch(output, index, value, found, bound, ratio);
                first = first == null || mismatch.isBefore(first) ? mismatch : first;
                last = last == null || last.isBefore(mismatch) ? mismatch : last;
                worst = worst == null || ratio > worst.ratio() ? mismatch : worst;
            }
        }

        private void measure(DType dtype, double value, double found, double magnitude) {
            double units = (found - value) / (DType.F32.unitRoundoff() * magnitude);
            if (dtype.isFloat() && Double.isFinite(units)) {
                measured++;
                squaredErrors += units * units;
                squaredValues += value / magnitude * (value / magnitude);
            }
        }

        Comparison result() {
            return new Comparison(compared, wrong, worstRatio, measured, squaredErrors, squaredValues, first, last,
                    worst);
        }
    }

    /** Returns the error as a fraction of the bound: above 1 it is wrong. */
    private static double errorRatio(DType dtype, double expected, double found, double bound) {
        if (Double.isNaN(expected) || Double.isNaN(found)) {
            return Double.isNaN(expected) && Double.isNaN(found) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (bound == 0) {
            return Double.compare(rounded(dtype, expected), found) == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        if (Double.isInfinite(expected)) {
            return found == expected ? 0 : Double.POSITIVE_INFINITY;
        }
        if (Double.isInfinite(found)) {
            // The reference computes in double, where what overflows the result's type is still finite.
            return found * expected > 0 && Math.abs(expected) + bound >= InputKind.largest(dtype)
                    ? 0
                    : Double.POSITIVE_INFINITY;
        }
        // A bound that is not finite, from a magnitude that is not, allows nothing.
        return bound < Double.POSITIVE_INFINITY ? Math.abs(found - expected) / bound : Double.POSITIVE_INFINITY;
    }

    private static double rounded(DType dtype, double value) {
        return switch (dtype) {
            case F32 -> (float) value;
            case BF16 -> roundedToBfloat16((float) value);
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case I32 -> value;
        };
    }

    private static float roundedToBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff_0000);
    }
}
