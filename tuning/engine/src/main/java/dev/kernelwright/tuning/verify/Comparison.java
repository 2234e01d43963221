package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.KernelSignature;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of comparing results with the reference's.
 *
 * @param compared how many elements were compared
 * @param wrong how many of them are further off than their bound
 * @param worstRatio the largest error as a fraction of its bound; infinite if one is off where none may be
 * @param measured of how many elements the error was measured: floats, finite and not of magnitude 0
 * @param squaredErrors the sum of the squares of those errors, in units of u m
 * @param squaredValues the sum of the squares of those elements' values, in units of m
 * @param first the wrong element that comes first; null if there is none
 * @param worst the wrong element with the largest ratio; null if there is none
 */
record Comparison(long compared, long wrong, double worstRatio, long measured, double squaredErrors,
        double squaredValues, @Nullable Mismatch first, @Nullable Mismatch worst) {
    static final Comparison NOTHING = new Comparison(0, 0, 0, 0, 0, 0, null, null);

    /**
     * An element that is wrong.
     *
     * @param output which of the outputs it is in
     * @param index its position in row-major order
     * @param expected the reference's value
     * @param found the kernel's value
     * @param bound how far off it may be
     * @param ratio its error as a fraction of the bound
     */
    record Mismatch(int output, long index, double expected, double found, double bound, double ratio) {
        boolean isBefore(Mismatch other) {
            return output != other.output ? output < other.output : index < other.index;
        }

        private String describe(KernelSignature signature, long[] axes) {
            return String.format(Locale.ROOT, "'%s' at %s: expected %s, found %s, allowed error %.3g",
                    signature.outputs().get(output).name(),
                    ElementIndex.of(signature.shape(signature.outputs().get(output), axes), index),
                    number(expected), number(found), bound);
        }

        /** Nine digits tell two floats apart. */
        private static String number(double value) {
            boolean whole = value == Math.rint(value) && Math.abs(value) < 1e9 && Double.compare(value, -0.0) != 0;
            return whole ? Long.toString((long) value) : String.format(Locale.ROOT, "%.9g", value);
        }
    }

    /** Returns both together. */
    Comparison plus(Comparison other) {
        return new Comparison(compared + other.compared, wrong + other.wrong, Math.max(worstRatio, other.worstRatio),
                measured + other.measured, squaredErrors + other.squaredErrors,
                squaredValues + other.squaredValues,
                first == null || (other.first != null && other.first.isBefore(first)) ? other.first : first,
                worst == null || (other.worst != null && other.worst.ratio > worst.ratio) ? other.worst : worst);
    }

    /** Returns the root mean square of the errors in units of u m; NaN if none was measured. */
    double errorRms() {
        return Math.sqrt(squaredErrors / measured);
    }

    /** Returns the mean square of the values in units of m: 1 where no terms cancel. */
    double valueMeanSquare() {
        return squaredValues / measured;
    }

    /** Says what is wrong, for an author who wants to mend it. */
    String describe(KernelSignature signature, long[] axes) {
        if (first == null || worst == null) {
            return "all " + compared + " compared elements are right";
        }
        String message = wrong + " of " + compared + " compared elements are wrong, first "
                + first.describe(signature, axes);
        return worst.equals(first) ? message : message + "; worst " + worst.describe(signature, axes);
    }
}
