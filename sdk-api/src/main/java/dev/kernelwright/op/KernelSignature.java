package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A workload as data alone: everything a backend needs to compile, load and launch a kernel, and nothing of the
 * reference it will be judged by.
 *
 * <p>It can be sent to another process, which need not have the application's classes. Every kernel of an op takes the
 * same arguments, whatever its source has compiled in: the inputs, the outputs, a workspace if its plan asks for one,
 * and the value of every axis, each in the definition's order.
 *
 * @param op the definition's name
 * @param version the definition's version
 * @param dtype the workload's element type
 * @param axes every axis, in the definition's order
 * @param attributes every attribute, in the definition's order; flags are 0 or 1
 * @param relaxations what its kernels may do beyond strict numerics, in the order of the constants
 * @param buffers the inputs, then the outputs, in the definition's order
 */
public record KernelSignature(String op, int version, DType dtype, List<AxisRange> axes,
        Map<String, Double> attributes, Set<Relaxation> relaxations, List<BufferSpec> buffers) {
    /** Copies the collections. */
    public KernelSignature {
        axes = List.copyOf(axes);
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        Set<Relaxation> ordered = EnumSet.noneOf(Relaxation.class);
        ordered.addAll(relaxations);
        relaxations = Collections.unmodifiableSet(ordered);
        buffers = List.copyOf(buffers);
    }

    /** Returns the names of the axes in order, the order in which launches give their values. */
    public List<String> axisNames() {
        return axes.stream().map(AxisRange::name).toList();
    }

    /** Returns whether no axis is a range. */
    public boolean isFixed() {
        return axes.stream().allMatch(AxisRange::isFixed);
    }

    /** Returns the largest extent of each axis, in order. */
    public long[] maxAxes() {
        return axes.stream().mapToLong(AxisRange::max).toArray();
    }

    /** Returns the smallest extent of each axis, in order. */
    public long[] minAxes() {
        return axes.stream().mapToLong(AxisRange::min).toArray();
    }

    /**
     * Evaluates an expression over axes and attributes.
     *
     * @param axisValues the value of each axis, in order
     * @throws IllegalArgumentException if the expression uses another name, or an attribute that is not a whole number
     */
    public long evaluate(Expression expression, long[] axisValues) {
        return expression.evaluate(name -> {
            for (int i = 0; i < axes.size(); i++) {
                if (axes.get(i).name().equals(name)) {
                    return axisValues[i];
                }
            }
            Double attribute = attributes.get(name);
            if (attribute == null) {
                throw new IllegalArgumentException("the expression '" + expression + "' uses '" + name + "', but " + op
                        + " has the axes " + axisNames() + " and the attributes " + attributes.keySet());
            }
            if (!isWhole(attribute)) {
                throw new IllegalArgumentException("the expression '" + expression + "' uses '" + name + "', which is "
                        + attribute + " in " + this + ": give a whole number");
            }
            return attribute.longValue();
        });
    }

    /** Returns the shape of one buffer for the given axis values. */
    public long[] shape(BufferSpec buffer, long[] axisValues) {
        return buffer.dims().stream().mapToLong(dim -> evaluate(dim, axisValues)).toArray();
    }

    /** Returns the inputs, in order. */
    public List<BufferSpec> inputs() {
        return buffers.stream().filter(buffer -> !buffer.output()).toList();
    }

    /** Returns the outputs, in order. */
    public List<BufferSpec> outputs() {
        return buffers.stream().filter(BufferSpec::output).toList();
    }

    /** Returns the size of all buffers together in bytes for the given axis values. */
    public long totalBytes(long[] axisValues) {
        long bytes = 0;
        for (BufferSpec buffer : buffers) {
            long size = buffer.dtype().byteSize();
            for (long extent : shape(buffer, axisValues)) {
                size = Math.multiplyExact(size, extent);
            }
            bytes = Math.addExact(bytes, size);
        }
        return bytes;
    }

    /** Returns the canonical text, for example {@code rms_norm(rows=1..64,cols=4096,eps=1.0E-5)}. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        axes.forEach(axis -> parts.add(axis.toString()));
        attributes.forEach((name, value) -> parts.add(name + "=" + formatAttribute(value)));
        if (!relaxations.isEmpty()) {
            parts.add(OpDefinition.ALLOW + "=" + numerics());
        }
        return op + "(" + String.join(",", parts) + ")";
    }

    /** Returns the numerics class as keys have it: {@code strict}, or what is relaxed, for example {@code tf32}. */
    public String numerics() {
        return relaxations.isEmpty()
                ? "strict"
                : relaxations.stream().map(Relaxation::id).collect(Collectors.joining("+"));
    }

    /** Returns the canonical text of an attribute's value: a whole number without a fraction, else Java's shortest. */
    public static String formatAttribute(double value) {
        return isWhole(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Returns whether an attribute's value can stand in an {@link Expression}: whole, and below 1e15. */
    public static boolean isWhole(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15;
    }
}
