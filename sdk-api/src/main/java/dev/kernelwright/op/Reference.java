package dev.kernelwright.op;

/**
 * The meaning of an op, in plain Java: computes in double from the inputs' exact values, exactly for integers.
 *
 * <p>The outputs are divided into independent units (see {@link OpDefinition.Builder#reference}), so that a check can
 * compute them in parallel or only a sample of them. An implementation MUST be a pure function of the inputs, axes and
 * attributes, MUST call {@link ReferenceCall#put} exactly once for every output element of its unit, and MUST be safe
 * to call from many threads for different units.
 */
@FunctionalInterface
public interface Reference {
    /**
     * Computes the output elements of one unit.
     *
     * @param call gives inputs, axes and attributes and takes the results
     * @param unit the unit, from 0 to one less than their number
     */
    void compute(ReferenceCall call, long unit);
}
