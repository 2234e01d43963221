package dev.kernelwright.op;

import java.util.List;

/**
 * What a {@link Reference} sees of one evaluation.
 *
 * <p>Implemented by whoever evaluates: the verifier, which compares each result with a kernel's, and the runtime, which
 * stores it.
 */
public abstract class ReferenceCall {
    private final KernelSignature signature;
    private final List<Elements> inputs;
    private final long[] axes;

    /**
     * Creates a call.
     *
     * @param signature the workload's signature
     * @param inputs the inputs' elements, in the definition's order
     * @param axes the value of each axis, in the definition's order
     */
    protected ReferenceCall(KernelSignature signature, List<Elements> inputs, long[] axes) {
        this.signature = signature;
        this.inputs = List.copyOf(inputs);
        this.axes = axes.clone();
    }

    /** Returns the elements of an input, by its position in the definition. */
    public final Elements input(int index) {
        return inputs.get(index);
    }

    /** Returns the value of an axis, by its position in the definition. */
    public final int axis(int index) {
        return Math.toIntExact(axes[index]);
    }

    /**
     * Returns the value of an attribute.
     *
     * @throws IllegalArgumentException if the op has no such attribute
     */
    public final double attribute(String name) {
        Double value = signature.attributes().get(name);
        if (value == null) {
            throw new IllegalArgumentException("the reference of " + signature.op() + " asks for the attribute '" + name
                    + "', but the op has " + signature.attributes().keySet());
        }
        return value;
    }

    /** Returns whether a flag attribute is set. */
    public final boolean flag(String name) {
        return attribute(name) != 0;
    }

    /**
     * Takes the result for an output element.
     *
     * @param output the output, by its position among the outputs
     * @param index the element, in row-major order
     * @param value its value
     * @param magnitude the sum of the absolute values of the terms that the value is the sum of: what rounding errors
     *        are relative to. It is at least {@code |value|}, and larger where terms cancel
     */
    public abstract void put(int output, long index, double value, double magnitude);

    /** Takes the result for an output element in which nothing cancels: its magnitude is its absolute value. */
    public final void put(int output, long index, double value) {
        put(output, index, value, Math.abs(value));
    }
}
