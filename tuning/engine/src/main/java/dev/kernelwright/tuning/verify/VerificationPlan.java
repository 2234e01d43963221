package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * On which shapes and which data a kernel is tried.
 *
 * <p>The largest extents, which are also the ones that are timed, see every kind of data that the op is defined on,
 * normal data first; and normal data once more in slices, which begin one element behind an aligned address. Where axes
 * are ranges, the smallest extents, ones, those one below the largest, those one above a
 * power of two, and two random odd or prime ones see normal data and small integers.
 *
 * <p>One of many candidates sees a secret part of that, since the best of them are verified in full; and where making
 * and checking the data takes long, a full verification sees only one of the kinds with special values.
 */
final class VerificationPlan {
    private static final int RANDOM_SHAPES = 2;
    private static final int MAX_TRIES = 64;
    private static final String IN_SLICES =
            ", in slices, of which each begins one element behind an aligned address";
    /** With more than this, making and checking the data takes most of the time of a search. */
    private static final long MUCH_DATA_BYTES = 32L << 20;

    private final Workload workload;
    private final KernelSignature signature;
    private final SecretSequence secret;
    private int drawn;

    private VerificationPlan(Workload workload, long seed) {
        this.workload = workload;
        this.signature = workload.signature();
        this.secret = new SecretSequence(seed);
    }

    /**
     * One shape with the data it is tried on.
     *
     * @param axes the value of each axis; not to be modified
     * @param kinds the kinds of data, in order
     * @param sliced whether every buffer begins one element behind an aligned address
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Step(long[] axes, List<InputKind> kinds, boolean sliced) {
        /** Says on what a kernel is tried, for messages. */
        String describe(InputKind kind, KernelSignature signature) {
            List<String> extents = new ArrayList<>();
            for (int i = 0; i < axes.length; i++) {
                extents.add(signature.axes().get(i).name() + "=" + axes[i]);
            }
            return "on " + kind + " with " + String.join(", ", extents) + (sliced ? IN_SLICES : "");
        }
    }

    /**
     * Returns the steps for a workload; random choices depend on the seed.
     *
     * @param searching whether the kernel is one of many that are tried, and is verified again if it is the best
     */
    static List<Step> of(Workload workload, long seed, boolean searching) {
        return new VerificationPlan(workload, seed).steps(searching);
    }

    private static boolean hasMuchData(KernelSignature signature, long[] axes) {
        return signature.totalBytes(axes) > MUCH_DATA_BYTES;
    }

    private List<Step> steps(boolean searching) {
        List<Step> steps = new ArrayList<>();
        boolean muchData = hasMuchData(signature, signature.maxAxes());
        steps.add(new Step(signature.maxAxes(), kinds(searching, muchData), false));
        if (!(searching && muchData)) {
            steps.add(new Step(signature.maxAxes(), List.of(InputKind.NORMAL), true));
        }
        for (long[] axes : otherShapes()) {
            steps.add(new Step(axes, searching && hasMuchData(signature, axes)
                    ? List.of(InputKind.NORMAL)
                    : List.of(InputKind.NORMAL, InputKind.SMALL_INTEGERS), false));
        }
        return steps;
    }

    private List<InputKind> kinds(boolean searching, boolean muchData) {
        List<InputKind> kinds = new ArrayList<>(InputKind.of(workload));
        if (searching) {
            kinds.remove(InputKind.NORMAL);
            InputKind drawn = kinds.get(draw(kinds.size()));
            return muchData || drawn == InputKind.SMALL_INTEGERS
                    ? List.of(InputKind.NORMAL, drawn)
                    : List.of(InputKind.NORMAL, InputKind.SMALL_INTEGERS, drawn);
        }
        if (muchData) {
            List<InputKind> special = kinds.stream().filter(InputKind::isSpecial).toList();
            kinds.removeAll(special);
            if (!special.isEmpty()) {
                kinds.add(special.get(draw(special.size())));
            }
        }
        return kinds;
    }

    private int draw(int limit) {
        return (int) SecretSequence.below(limit, secret.at(drawn++));
    }

    private List<long[]> otherShapes() {
        List<long[]> shapes = new ArrayList<>();
        if (!signature.isFixed()) {
            shapes.add(signature.minAxes());
            shapes.add(shape(axis -> Math.clamp(1, axis.min(), axis.max())));
            shapes.add(shape(axis -> Math.max(axis.min(), axis.max() - 1)));
            shapes.add(shape(axis -> Math.clamp(Long.highestOneBit(Math.max(1, axis.max() - 1)) + 1, axis.min(),
                    axis.max())));
            for (int i = 0; i < RANDOM_SHAPES; i++) {
                randomShape().ifPresent(shapes::add);
            }
        }
        List<long[]> distinct = new ArrayList<>();
        for (long[] shape : shapes) {
            if (isPossible(shape) && distinct.stream().noneMatch(other -> Arrays.equals(other, shape))
                    && !Arrays.equals(shape, signature.maxAxes())) {
                distinct.add(shape);
            }
        }
        return distinct;
    }

    private long[] shape(ToLongFunction<AxisRange> extent) {
        return signature.axes().stream().mapToLong(extent).toArray();
    }

    /** An op's conditions hold at the ends of the ranges and need not hold everywhere between. */
    private boolean isPossible(long[] axes) {
        try {
            return workload.op().constraints().stream().allMatch(c -> signature.evaluate(c, axes) != 0);
        } catch (ArithmeticException e) {
            return false;
        }
    }

    private Optional<long[]> randomShape() {
        for (int attempt = 0; attempt < MAX_TRIES; attempt++) {
            // Where an op wants multiples of something, extents that are odd or prime may never do.
            boolean anyExtent = attempt >= MAX_TRIES / 2;
            long[] axes = signature.axes().stream().mapToLong(axis -> randomExtent(axis, anyExtent)).toArray();
            if (isPossible(axes)) {
                return Optional.of(axes);
            }
        }
        return Optional.empty();
    }

    /** Draws an extent that is no multiple of a tile: the next prime if there is one close by, else an odd number. */
    private long randomExtent(AxisRange axis, boolean anyExtent) {
        long extent = axis.min() + SecretSequence.below(axis.max() - axis.min() + 1, secret.at(drawn++));
        if (anyExtent) {
            return extent;
        }
        long odd = Math.min(axis.max(), extent | 1);
        for (long candidate = odd; candidate <= axis.max() && candidate < odd + 100; candidate += 2) {
            if (isPrime(candidate)) {
                return candidate;
            }
        }
        return odd;
    }

    private static boolean isPrime(long number) {
        for (long divisor = 2; divisor * divisor <= number; divisor++) {
            if (number % divisor == 0) {
                return false;
            }
        }
        return number > 1;
    }
}
