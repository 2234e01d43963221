package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An op definition with its dtype, attributes and axes bound: the tuning problem, and what a bound op computes.
 *
 * <p>An axis may be left a range, which makes it a workload class: one kernel serves every extent in it.
 *
 * <pre>{@code
 * Workload workload = RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 1, 64).axis("cols", 4096).build();
 * }</pre>
 *
 * <p>Immutable; equal if definition, dtype, axes and attributes are.
 */
public final class Workload {
    private final OpDefinition op;
    private final KernelSignature signature;
    /** Worked out once, since a bind looks its workload up. */
    private final int hashCode;

    private Workload(OpDefinition op, KernelSignature signature) {
        this.op = op;
        this.signature = signature;
        this.hashCode = signature.hashCode();
    }

    /** Returns the definition. */
    public OpDefinition op() {
        return op;
    }

    /** Returns the workload as data alone. */
    public KernelSignature signature() {
        return signature;
    }

    /** Returns the number of floating-point operations for the given axis values. */
    public long flops(long[] axisValues) {
        return signature.evaluate(op.flops(), axisValues);
    }

    /** Returns the fewest bytes that must move for the given axis values. */
    public long bytes(long[] axisValues) {
        return signature.evaluate(op.bytes(), axisValues) * signature.dtype().byteSize() / DType.F32.byteSize();
    }

    /** Returns the canonical text followed by the dtype, for example {@code add(n=4096):f32}. */
    @Override
    public String toString() {
        return signature + ":" + signature.dtype();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // definitions hold a lambda, so one is equal to itself only
    public boolean equals(Object other) {
        return other instanceof Workload w && op == w.op && signature.equals(w.signature);
    }

    @Override
    public int hashCode() {
        return hashCode;
    }

    /** Collects the bindings of a workload. */
    public static final class Builder {
        private final OpDefinition op;
        private final DType dtype;
        private final Map<String, AxisRange> axes = new LinkedHashMap<>();
        private final Map<String, Double> attributes = new LinkedHashMap<>();
        private final Set<Relaxation> relaxations = EnumSet.noneOf(Relaxation.class);

        Builder(OpDefinition op, DType dtype) {
            this.op = op;
            this.dtype = dtype;
            if (!dtype.isFloat()) {
                throw new IllegalArgumentException(op.name() + " was asked for with dtype " + dtype
                        + ": use f32, f16 or bf16");
            }
        }

        /** Binds an axis to one extent. */
        public Builder axis(String name, long extent) {
            return axis(name, extent, extent);
        }

        /** Binds an axis to every extent from {@code min} to {@code max}. */
        public Builder axis(String name, long min, long max) {
            if (!op.axes().contains(name)) {
                throw new IllegalArgumentException(op.name() + " was given the axis '" + name + "', but its axes are "
                        + op.axes() + ": use one of them");
            }
            axes.put(name, new AxisRange(name, min, max));
            return this;
        }

        /** Binds an attribute; those that are not bound keep their default. */
        public Builder attribute(String name, double value) {
            if (!op.attributes().containsKey(name)) {
                throw new IllegalArgumentException(op.name() + " was given the attribute '" + name
                        + "', but its attributes are " + op.attributes().keySet() + ": use one of them");
            }
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(op.name() + " was given " + name + "=" + value
                        + ": attributes must be finite numbers");
            }
            attributes.put(name, value);
            return this;
        }

        /** Gives kernels freedoms beyond strict numerics; without a call, none. */
        public Builder allow(Relaxation... freedoms) {
            relaxations.addAll(List.of(freedoms));
            return this;
        }

        /**
         * Returns the workload.
         *
         * @throws IllegalArgumentException if an axis is not bound, a constraint of the op does not hold at both ends
         *         of the ranges, or a tensor's size or the op's cost does not fit 63 bits
         */
        public Workload build() {
            List<AxisRange> ranges = new ArrayList<>();
            for (String axis : op.axes()) {
                AxisRange range = axes.get(axis);
                if (range == null) {
                    throw new IllegalArgumentException(op.name() + " was asked for without the axis '" + axis
                            + "': give all of " + op.axes());
                }
                ranges.add(range);
            }
            Map<String, Double> values = new LinkedHashMap<>(op.attributes());
            values.putAll(attributes);
            KernelSignature signature = new KernelSignature(op.name(), op.version(), dtype, ranges, values,
                    relaxations, op.buffers(dtype));
            check(signature, signature.minAxes());
            check(signature, signature.maxAxes());
            return new Workload(op, signature);
        }

        private void check(KernelSignature signature, long[] axisValues) {
            try {
                for (Expression constraint : op.constraints()) {
                    if (signature.evaluate(constraint, axisValues) == 0) {
                        throw new IllegalArgumentException(signature + " was asked for, but " + op.name()
                                + " requires " + constraint + ": choose other values");
                    }
                }
                signature.totalBytes(axisValues);
                for (Expression cost : List.of(op.flops(), op.bytes(), op.units(), op.unitsTogether(),
                        op.accuracy().terms())) {
                    signature.evaluate(cost, axisValues);
                }
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException(signature + " was asked for, but its sizes or its cost cannot be"
                        + " computed in 63 bits: choose other axes", e);
            }
        }
    }
}
