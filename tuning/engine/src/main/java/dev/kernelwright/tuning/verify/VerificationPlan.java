package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * On which shapes and which data a kernel is tried.
 *
 * <p>The largest extents, which are also the ones that are timed, see every kind of data, normal data first. Where axes
 * are ranges, the smallest extents, those one below the largest, and two random odd or prime ones see normal data and
 * small integers.
 */
final class VerificationPlan {
    private static final int RANDOM_SHAPES = 2;
    private static final int MAX_TRIES = 64;
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
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Step(long[] axes, List<InputKind> kinds) {
        /** Says on what a kernel is tried, for messages. */
        String describe(InputKind kind, KernelSignature signature) {
            List<String> extents = new ArrayList<>();
            for (int i = 0; i < axes.length; i++) {
                extents.add(signature.axes().get(i).name() + "=" + axes[i]);
            }
            return "on " + kind + " with " + String.join(", ", extents);
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

    /** Returns whether a search leaves something out. */
    static boolean isShortened(Workload workload) {
        return hasMuchData(workload.signature(), workload.signature().maxAxes());
    }

    private static boolean hasMuchData(KernelSignature signature, long[] axes) {
        return signature.totalBytes(axes) > MUCH_DATA_BYTES;
    }

    private List<Step> steps(boolean searching) {
        List<InputKind> allKinds = new ArrayList<>(EnumSet.complementOf(EnumSet.of(InputKind.NORMAL)));
        InputKind secretKind = allKinds.get((int) SecretSequence.below(allKinds.size(), secret.at(drawn++)));
        allKinds.addFirst(InputKind.NORMAL);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step(signature.maxAxes(), searching && hasMuchData(signature, signature.maxAxes())
                ? List.of(InputKind.NORMAL, secretKind)
                : allKinds));
        for (long[] axes : otherShapes()) {
            steps.add(new Step(axes, searching && hasMuchData(signature, axes)
                    ? List.of(InputKind.NORMAL)
                    : List.of(InputKind.NORMAL, InputKind.SMALL_INTEGERS)));
        }
        return steps;
    }

    private List<long[]> otherShapes() {
        List<long[]> shapes = new ArrayList<>();
        if (!signature.isFixed()) {
            shapes.add(signature.minAxes());
            shapes.add(signature.axes().stream().mapToLong(axis -> Math.max(axis.min(), axis.max() - 1)).toArray());
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
