package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;

/**
 * How far a result may be from the reference: (r + 4 sqrt(t)) u m.
 *
 * <p>Here u is the unit roundoff of the type that is computed in, m the result's magnitude as the reference gives it
 * ({@link ReferenceCall#put(int, long, double, double)}), r the {@code roundings} that every result suffers, and t the
 * number of {@code terms} accumulated. Rounding errors are modelled as independent with mean zero, for which a sum of t
 * terms errs by at most λ sqrt(t) u m with a probability of failure of 2 t exp(-λ² / 2) or less (Higham and Mary, "A
 * new approach to probabilistic rounding error analysis", SIAM J. Sci. Comput. 41(5), 2019); λ = 4 is wide for any
 * honest order of summation in the type itself, and too narrow for sums kept in half its precision. A result below the
 * type's smallest normal number may also be flushed to zero. With r = t = 0 results must be equal.
 *
 * @param roundings r, at least 0
 * @param terms t, over axes and attributes
 */
public record Accuracy(int roundings, Expression terms) {
    private static final double LAMBDA = 4;

    /** Checks the number of roundings. */
    public Accuracy {
        if (roundings < 0) {
            throw new IllegalArgumentException(roundings + " roundings were given: at least 0 are needed");
        }
    }

    /** Returns r + 4 sqrt(t) for the given axis values: the bound in units of u m. */
    public double factor(KernelSignature signature, long[] axisValues) {
        return roundings + LAMBDA * Math.sqrt((double) signature.evaluate(terms, axisValues));
    }

    /**
     * Returns the bound on the absolute error of a result.
     *
     * @param factor what {@link #factor} gave
     * @param dtype the result's type; a half-precision result is rounded once more when it is stored
     * @param magnitude the result's magnitude
     */
    public static double bound(double factor, DType dtype, double magnitude) {
        if (factor == 0) {
            return 0;
        }
        double bound = factor * DType.F32.unitRoundoff() * magnitude + DType.F32.minNormal();
        return dtype == DType.F16 || dtype == DType.BF16
                ? bound + dtype.unitRoundoff() * (magnitude + bound) + dtype.minNormal()
                : bound;
    }
}
