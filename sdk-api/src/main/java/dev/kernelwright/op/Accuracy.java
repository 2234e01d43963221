package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import java.util.Locale;

/**
 * How far a result may be from the reference: (r + 4 sqrt(t)) u m.
 *
 * <p>Here u is the unit roundoff of the type that is computed in, m the result's magnitude as the reference gives it
 * ({@link ReferenceCall#put(int, long, double, double)}), r the {@code roundings} that every result suffers, and t the
 * number of {@code terms} accumulated. Rounding errors are modelled as independent with mean zero, for which a sum of t
 * terms errs by at most λ sqrt(t) u m with a probability of failure of 2 t exp(-λ² / 2) or less (Higham and Mary, "A
 * new approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41(5), 2019); λ = 4 is wide for any
 * honest order of summation in the type itself, and too narrow for sums kept in half its precision. Below the smallest
 * normal number a type's values are evenly spaced, so there a rounding errs by u of that number. With r = t = 0 results
 * must be equal.
 *
 * <p>A half-precision result is computed in f32 and rounded once more when it is stored, which adds its own u of the
 * value. What a workload relaxes ({@link Relaxation}) adds its relative error of m.
 *
 * @param roundings r, at least 0
 * @param terms t, over axes and attributes
 * @param exactOnIntegers whether the op only adds and multiplies, so that results are exact on small whole numbers as
 *        long as no sum leaves the whole numbers that f32 holds
 */
public record Accuracy(int roundings, Expression terms, boolean exactOnIntegers) {
    /** Whole numbers up to here, and their sums that do not pass it, are exact in f32. */
    public static final double EXACT_INTEGERS = 0x1p24;
    private static final double LAMBDA = 4;

    /** Checks the number of roundings. */
    public Accuracy {
        if (roundings < 0) {
            throw new IllegalArgumentException(roundings + " roundings were given: at least 0 are needed");
        }
    }

    /** Returns the bound on the errors of a workload's results for the given axis values. */
    public Bound bound(KernelSignature signature, long[] axisValues) {
        double strict = roundings + LAMBDA * Math.sqrt((double) signature.evaluate(terms, axisValues));
        double relaxed = signature.relaxations().stream().mapToDouble(Relaxation::relativeError).sum()
                / DType.F32.unitRoundoff();
        boolean flushes = signature.relaxations().contains(Relaxation.FLUSH_TO_ZERO);
        return strict == 0 ? Bound.EQUAL : new Bound(strict + relaxed, flushes);
    }

    /**
     * How far results may be off.
     *
     * @param factor the bound in units of u m; 0 if results must be equal
     * @param flushesToZero whether what is below the smallest normal number may be taken as zero
     */
    public record Bound(double factor, boolean flushesToZero) {
        static final Bound EQUAL = new Bound(0, false);

        /**
         * Returns the bound on the absolute error of a result.
         *
         * @param dtype the result's type; a half-precision result is rounded once more when it is stored
         * @param value the result's value
         * @param magnitude the result's magnitude
         */
        public double of(DType dtype, double value, double magnitude) {
            if (factor == 0) {
                return 0;
            }
            double computed = factor * DType.F32.unitRoundoff() * (magnitude + DType.F32.minNormal());
            double stored = dtype == DType.F16 || dtype == DType.BF16
                    ? dtype.unitRoundoff() * Math.max(Math.abs(value) + computed, dtype.minNormal())
                    : 0;
            return computed + stored + (flushesToZero ? dtype.minNormal() : 0);
        }
    }

    /** Says with numbers how the bound of a workload's results comes about, for records. */
    public String derivation(KernelSignature signature, long[] axisValues) {
        double factor = bound(signature, axisValues).factor;
        if (factor == 0) {
            return "equal to the reference";
        }
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "(%d + 4 sqrt(%d)", roundings,
                signature.evaluate(terms, axisValues)));
        for (Relaxation relaxation : signature.relaxations()) {
            if (relaxation.relativeError() > 0) {
                text.append(String.format(Locale.ROOT, " + %.0f for %s",
                        relaxation.relativeError() / DType.F32.unitRoundoff(), relaxation.id()));
            }
        }
        text.append(String.format(Locale.ROOT, ") u m = %.1f u m, with u = 2^-24 and m the sum of the terms' absolute"
                + " values", factor));
        if (signature.dtype() != DType.F32) {
            text.append(", and a rounding to ").append(signature.dtype());
        }
        return exactOnIntegers ? text.append("; exact on small integers").toString() : text.toString();
    }
}
