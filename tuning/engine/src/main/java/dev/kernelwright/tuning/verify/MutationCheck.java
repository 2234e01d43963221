package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.ReferenceCall;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.trial.BufferLayout;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Sees whether the inputs and the tolerance of an op can tell a right kernel from the standard {@link Mutant mutants}.
 *
 * <p>Every mutant is made of the reference's own results, on a small shape on which no two axes can be confused and,
 * where that is affordable, on the workload's largest; some kind of data must give it away. A definition of which one
 * is not is refused: kernels for it could be wrong and nobody would know. What gives the very results of the op is
 * refused as well, since it cannot be told from inputs that miss the difference; only on the workload's own shape, where
 * a row may have one element, it is let pass.
 *
 * <p>The data does not depend on chance, so the answer for a definition is the same every time.
 */
public final class MutationCheck {
    private static final int SEEDS = 4;
    private static final int MAX_TRIES = 20_000;
    private static final int MIN_EXTENT = 3;
    private static final int EXTENTS = 6;
    private static final long MAX_BYTES = 1 << 20;
    /** What the reference may cost on the workload's own shape. */
    private static final double MAX_OPERATIONS = 5e6;
    private static final int TILES = 64;

    private final Workload workload;
    private final KernelSignature signature;
    private final BlockPool pool;

    /** Creates a check; results are compared on the pool. */
    public MutationCheck(Workload workload, BlockPool pool) {
        this.workload = workload;
        this.signature = workload.signature();
        this.pool = pool;
    }

    /**
     * A mutant of this op.
     *
     * @param mutant what is done
     * @param part to which input or axis; empty if to the results
     * @param results makes the wrong results of one output
     */
    private record Variant(Mutant mutant, String part, Results results) {
        String describe() {
            return part.isEmpty() ? mutant.toString() : mutant + " " + part;
        }
    }

    /** Makes the results of one output, in row-major order. */
    @FunctionalInterface
    private interface Results {
        double[] of(Trial trial, int output);
    }

    /**
     * Checks the op.
     *
     * @throws IllegalArgumentException naming the mutant that would be accepted
     */
    public void requireAllRejected() {
        long[] own = signature.maxAxes();
        requireAllRejected(report(), "small shapes");
        if (CheckedLaunches.referenceOperations(workload, own) <= MAX_OPERATIONS
                && signature.totalBytes(own) <= MAX_BYTES) {
            requireAllRejected(rejections(own, true), "its own shape");
        }
    }

    private void requireAllRejected(Map<String, String> rejections, String where) {
        List<String> accepted = rejections.entrySet().stream().filter(entry -> entry.getValue().isEmpty())
                .map(Map.Entry::getKey).toList();
        if (!accepted.isEmpty()) {
            throw new IllegalArgumentException("kernels for " + workload + " cannot be verified, since on " + where
                    + " what the definition's accuracy allows includes the mutants " + accepted
                    + ": state fewer roundings or terms, or smaller magnitudes");
        }
    }

    /** Returns for every mutant the first kind of data that gives it away on a small shape; empty if none does. */
    public Map<String, String> report() {
        return rejections(smallShape().orElseGet(signature::maxAxes), false);
    }

    private Map<String, String> rejections(long[] axes, boolean mayBeEqual) {
        Map<String, String> rejections = new LinkedHashMap<>();
        List<InputKind> kinds = InputKind.of(workload);
        List<Trial> trials = new ArrayList<>();
        try {
            trials.add(new Trial(axes, kinds.getFirst(), 0));
            List<Variant> undecided = new ArrayList<>(variants(trials.getFirst()));
            undecided.forEach(variant -> rejections.put(variant.describe(), ""));
            // Most are given away by the first data, so more is made only for those that are left.
            for (int i = 0; !undecided.isEmpty() && i < SEEDS * kinds.size(); i++) {
                if (i > 0) {
                    trials.add(new Trial(axes, kinds.get(i % kinds.size()), i / kinds.size()));
                }
                Trial trial = trials.getLast();
                List<Variant> rejected = undecided.stream().filter(trial::rejects).toList();
                rejected.forEach(variant -> rejections.put(variant.describe(), trial.kind.toString()));
                undecided.removeAll(rejected);
            }
            if (mayBeEqual) {
                undecided.removeIf(variant -> trials.stream().anyMatch(trial -> trial.differs(variant)));
                undecided.forEach(variant -> rejections.remove(variant.describe()));
            }
        } finally {
            trials.forEach(Trial::close);
        }
        return rejections;
    }

    /** Finds extents that the op allows, none of them so small that a mutant is no mistake. */
    private Optional<long[]> smallShape() {
        SecretSequence numbers = new SecretSequence(1);
        int drawn = 0;
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            // Some ops want multiples of large numbers, so the range grows.
            int range = EXTENTS + attempt / 200;
            long[] axes = new long[signature.axes().size()];
            for (int i = 0; i < axes.length; i++) {
                axes[i] = MIN_EXTENT + SecretSequence.below(range, numbers.at(drawn++));
            }
            if (isAllowed(axes)) {
                return Optional.of(axes);
            }
        }
        return Optional.empty();
    }

    private boolean isAllowed(long[] axes) {
        try {
            return workload.op().constraints().stream().allMatch(c -> signature.evaluate(c, axes) != 0)
                    && signature.totalBytes(axes) <= MAX_BYTES;
        } catch (ArithmeticException e) {
            return false;
        }
    }

    private List<Variant> variants(Trial trial) {
        List<Variant> variants = new ArrayList<>();
        for (Mutant mutant : List.of(Mutant.ZEROS, Mutant.MEAN, Mutant.TRUNCATED_TAIL, Mutant.OFF_BY_ONE,
                Mutant.SWAPPED_INDICES)) {
            boolean needsSeveral = mutant != Mutant.ZEROS && mutant != Mutant.TRUNCATED_TAIL;
            if (!needsSeveral || trial.right.stream().allMatch(results -> results.length > 1)) {
                variants.add(new Variant(mutant, "",
                        (t, output) -> mutant.results(t.right.get(output), t.outputShape(output))));
            }
        }
        double terms = signature.evaluate(workload.op().accuracy().terms(), trial.axes);
        boolean hasFloats = signature.outputs().stream().anyMatch(output -> output.dtype().isFloat());
        if (hasFloats && (signature.dtype() == DType.F32 || terms > 1)) {
            variants.add(new Variant(Mutant.HALF_PRECISION_ACCUMULATION, "", (t, output) -> Mutant.inHalfPrecision(
                    t.right.get(output), signature.dtype(), terms, new SecretSequence(t.seed))));
        }
        for (int i = 0; i < signature.inputs().size(); i++) {
            addVariantsOfInput(variants, trial, i);
        }
        for (int axis = 0; axis < trial.axes.length; axis++) {
            int dropped = axis;
            if (IntStream.range(0, signature.inputs().size()).anyMatch(i -> trial.isAlong(i, dropped))) {
                variants.add(new Variant(Mutant.DROPPED_LAST_TILE, "of " + signature.axes().get(axis).name(),
                        (t, output) -> t.evaluate(t.withoutLastTile(dropped)).get(output)));
            }
        }
        return variants;
    }

    private void addVariantsOfInput(List<Variant> variants, Trial trial, int input) {
        BufferSpec spec = signature.inputs().get(input);
        String part = "'" + spec.name() + "'";
        variants.add(new Variant(Mutant.COPIED_INPUT, part,
                (t, output) -> Mutant.copied(t.inputs.get(input), t.right.get(output).length)));
        for (int constant = 0; constant <= (spec.indexLimit() == null ? 1 : 0); constant++) {
            double value = constant;
            variants.add(new Variant(Mutant.IGNORED_OPERAND, part + " as " + constant, (t, output) -> t
                    .evaluate(t.with(input, (elements, copy) -> Arrays.fill(copy, value))).get(output)));
        }
        int[] shape = trial.shape(spec);
        if (shape.length >= 2 && shape[shape.length - 1] > 1 && shape[shape.length - 2] > 1) {
            variants.add(new Variant(Mutant.TRANSPOSED_READ, part, (t, output) -> t
                    .evaluate(t.with(input, (elements, copy) -> Mutant.transpose(elements, copy, shape)))
                    .get(output)));
        }
    }

    /** Changes a copy of an input's elements. */
    @FunctionalInterface
    private interface Change {
        void apply(double[] elements, double[] copy);
    }

    /** Inputs of one kind, and the reference's results on them. */
    private final class Trial implements AutoCloseable {
        private final long[] axes;
        private final InputKind kind;
        private final int seed;
        private final Arena arena = Arena.ofShared();
        private final TrialImage image;
        private final List<Elements> inputs;
        private final List<double[]> right;

        Trial(long[] axes, InputKind kind, int seed) {
            this.axes = axes;
            this.kind = kind;
            this.seed = seed;
            this.image = new TrialImage(signature, axes, BufferLayout.of(signature, axes, 0, () -> 0), pool,
                    arena);
            image.fillInputs(kind, seed);
            this.inputs = IntStream.range(0, signature.inputs().size())
                    .mapToObj(input -> new Elements(image.input(input))).toList();
            this.right = evaluate(inputs);
        }

        int[] outputShape(int output) {
            return shape(signature.outputs().get(output));
        }

        int[] shape(BufferSpec spec) {
            return Arrays.stream(signature.shape(spec, axes)).mapToInt(Math::toIntExact).toArray();
        }

        List<double[]> evaluate(List<Elements> from) {
            List<double[]> results = signature.outputs().stream()
                    .map(output -> new double[Arrays.stream(shape(output)).reduce(1, (a, b) -> a * b)]).toList();
            ReferenceCall call = new ReferenceCall(signature, from, axes) {
                @Override
                public void put(int output, long index, double value, double magnitude) {
                    results.get(output)[Math.toIntExact(index)] = value;
                }
            };
            long units = signature.evaluate(workload.op().units(), axes);
            for (long unit = 0; unit < units; unit++) {
                workload.op().reference().compute(call, unit);
            }
            return results;
        }

        /** Returns the inputs with one changed. */
        List<Elements> with(int input, Change change) {
            List<Elements> changed = new ArrayList<>(inputs);
            Elements elements = inputs.get(input);
            double[] values = new double[Math.toIntExact(elements.count())];
            Arrays.setAll(values, elements::get);
            double[] copy = values.clone();
            change.apply(values, copy);
            Elements other = new Elements(image.newTensor(signature.inputs().get(input)));
            for (int i = 0; i < copy.length; i++) {
                other.set(i, copy[i]);
            }
            changed.set(input, other);
            return changed;
        }

        /** Returns whether an input of numbers has a dimension that grows with an axis. */
        boolean isAlong(int input, int axis) {
            return signature.inputs().get(input).indexLimit() == null && dimAlong(input, axis) >= 0;
        }

        private int dimAlong(int input, int axis) {
            long[] longer = axes.clone();
            longer[axis]++;
            long[] now = signature.shape(signature.inputs().get(input), axes);
            long[] then = signature.shape(signature.inputs().get(input), longer);
            return IntStream.range(0, now.length).filter(dim -> now[dim] != then[dim]).findFirst().orElse(-1);
        }

        /** Returns the inputs with the last slices along an axis taken as zeros. */
        List<Elements> withoutLastTile(int axis) {
            List<Elements> changed = new ArrayList<>(inputs);
            for (int input = 0; input < inputs.size(); input++) {
                if (isAlong(input, axis)) {
                    int[] shape = shape(signature.inputs().get(input));
                    int dim = dimAlong(input, axis);
                    int stride = Arrays.stream(shape, dim + 1, shape.length).reduce(1, (a, b) -> a * b);
                    int kept = shape[dim] - Math.ceilDiv(shape[dim], TILES);
                    changed.set(input, with(input, (elements, copy) -> {
                        for (int i = 0; i < copy.length; i++) {
                            copy[i] = i / stride % shape[dim] < kept ? copy[i] : 0;
                        }
                    }).get(input));
                }
            }
            return changed;
        }

        private List<Tensor> outputs(Variant variant) {
            List<Tensor> outputs = new ArrayList<>();
            for (int output = 0; output < signature.outputs().size(); output++) {
                Tensor tensor = image.newTensor(signature.outputs().get(output));
                Elements elements = new Elements(tensor);
                double[] results = variant.results.of(this, output);
                for (int i = 0; i < results.length; i++) {
                    elements.set(i, results[i]);
                }
                outputs.add(tensor);
            }
            return outputs;
        }

        boolean rejects(Variant variant) {
            boolean exactIntegers = kind == InputKind.SMALL_INTEGERS && workload.op().accuracy().exactOnIntegers();
            OutputChecker checker = new OutputChecker(workload, axes, exactIntegers, pool);
            List<Tensor> tensors = IntStream.range(0, inputs.size()).mapToObj(image::input).toList();
            return checker.compare(tensors, outputs(variant), UnitSample.complete(checker.units())).wrong() > 0;
        }

        boolean differs(Variant variant) {
            List<Tensor> wrong = outputs(variant);
            Variant none = new Variant(variant.mutant, "", (t, output) -> t.right.get(output));
            List<Tensor> same = outputs(none);
            return IntStream.range(0, wrong.size())
                    .anyMatch(i -> wrong.get(i).segment().mismatch(same.get(i).segment()) >= 0);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
