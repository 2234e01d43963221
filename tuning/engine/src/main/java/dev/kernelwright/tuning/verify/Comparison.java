package dev.kernelwright.tuning.verify;

import dev.kernelwright.op.KernelSignature;
import java.util.Locale;
import java.util.function.Function;
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
 * @param last the wrong element that comes last; null if there is none
 * @param worst the wrong element with the largest ratio; null if there is none
 */
record Comparison(long compared, long wrong, double worstRatio, long measured, double squaredErrors,
        double squaredValues, @Nullable Mismatch first, @Nullable Mismatch last, @Nullable Mismatch worst) {
    static final Comparison NOTHING = new Comparison(0, 0, 0, 0, 0, 0, null, null, null);

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
            return String.format(Locale.ROOT, "%s: expected %s, found %s, allowed error %.3g", place(signature, axes),
                    number(expected), number(found), bound);
        }

        /** The value that is right stays untold, and so does the bound, by which it could be found again. */
        private String hint(KernelSignature signature, long[] axes) {
            String fault = !Double.isFinite(expected)
                    ? "where " + (Double.isNaN(expected) ? "NaN" : "an infinity") + " is right"
                    : !Double.isFinite(found)
                            ? "where a finite number is right"
                            : Double.isFinite(ratio)
                                    ? String.format(Locale.ROOT, "%.1e times as far off as allowed", ratio)
                                    : "where only the exact value is right";
            return place(signature, axes) + ": found " + number(found) + ", " + fault;
        }

        private String place(KernelSignature signature, long[] axes) {
            return "'" + signature.outputs().get(output).name() + "' at "
                    + ElementIndex.of(signature.shape(signature.outputs().get(output), axes), index);
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
                last == null || (other.last != null && last.isBefore(other.last)) ? other.last : last,
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

    /** Says what is wrong and what would be right, for people. */
    String describe(KernelSignature signature, long[] axes) {
        return describe(mismatch -> mismatch.describe(signature, axes));
    }

    /** Says what is wrong and from where to where, for whoever writes the next kernel. */
    String hint(KernelSignature signature, long[] axes) {
        return describe(mismatch -> mismatch.hint(signature, axes))
                + (last == null || last.equals(first) ? "" : "; last " + last.place(signature, axes));
    }

    private String describe(Function<Mismatch, String> each) {
        if (first == null || worst == null) {
            return "all " + compared + " compared elements are right";
        }
        String message = wrong + " of " + compared + " compared elements are wrong, first " + each.apply(first);
        return worst.equals(first) ? message : message + "; worst " + each.apply(worst);
    }
}
