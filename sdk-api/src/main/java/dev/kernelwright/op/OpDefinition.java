package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An operation by name and version: symbolic axes, typed inputs and outputs, attributes, cost, accuracy, and a
 * reference that says what it computes.
 *
 * <p>The standard ones are in {@link dev.kernelwright.op.standard}; an application's own is made with the same builder
 * and treated the same. Immutable.
 */
public final class OpDefinition {
    /** Stands before the relaxations in a workload's text, and so names neither an axis nor an attribute. */
    static final String ALLOW = "allow";
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,47}");

    private final String name;
    private final int version;
    private final String formula;
    private final List<String> axes;
    private final Map<String, Double> attributes;
    private final List<Parameter> parameters;
    private final List<Expression> constraints;
    private final Expression flops;
    private final Expression bytes;
    private final Accuracy accuracy;
    private final Set<SpecialValue> specialValues;
    private final Expression units;
    private final Expression unitsTogether;
    private final Reference reference;

    private OpDefinition(Builder builder) {
        this.name = builder.name;
        this.version = builder.version;
        this.formula = builder.formula;
        this.axes = List.copyOf(builder.axes);
        this.attributes = Collections.unmodifiableMap(new LinkedHashMap<>(builder.attributes));
        this.parameters = List.copyOf(builder.parameters);
        this.constraints = List.copyOf(builder.constraints);
        this.flops = required(builder.flops, "flops(...)");
        Accuracy given = required(builder.accuracy, "accuracy(...) or exact()");
        this.accuracy = new Accuracy(given.roundings(), given.terms(), builder.exactOnIntegers);
        this.specialValues = Collections.unmodifiableSet(EnumSet.copyOf(builder.specialValues));
        this.units = required(builder.units, "reference(...)");
        this.unitsTogether = builder.unitsTogether;
        this.reference = required(builder.reference, "reference(...)");
        if (parameters.stream().noneMatch(p -> p.output)) {
            throw new IllegalStateException("the definition of " + name + " has no output: call output(...)");
        }
        this.bytes = builder.bytes != null ? builder.bytes : compulsoryBytes();
        checkNames();
    }

    private <T> T required(@Nullable T part, String call) {
        if (part == null) {
            throw new IllegalStateException("the definition of " + name + " is incomplete: call " + call);
        }
        return part;
    }

    private void checkNames() {
        List<String> known = new ArrayList<>(axes);
        known.addAll(attributes.keySet());
        requireDistinct("axes or attributes", known);
        if (known.contains(ALLOW)) {
            throw new IllegalStateException(
                    "the definition of " + name + " has an axis or an attribute called '" + ALLOW
                            + "', which stands before relaxations in a workload's text: rename it");
        }
        requireDistinct("parameters", parameters.stream().map(Parameter::name).toList());
        List<Expression> all = new ArrayList<>(constraints);
        all.addAll(List.of(flops, bytes, units, unitsTogether, accuracy.terms()));
        for (Parameter parameter : parameters) {
            all.addAll(parameter.dims);
            if (parameter.indexLimit != null) {
                all.add(parameter.indexLimit);
            }
        }
        all.forEach(expression -> expression.compile(known));
    }

    private void requireDistinct(String what, List<String> names) {
        Set<String> seen = new HashSet<>();
        for (String each : names) {
            if (!seen.add(each)) {
                throw new IllegalStateException("the definition of " + name + " has two " + what + " called '" + each
                        + "': rename one");
            }
        }
    }

    /** Each input read once and each output written once. Two types occur: the workload's and {@code i32}. */
    private Expression compulsoryBytes() {
        StringBuilder sum = new StringBuilder("0");
        for (Parameter parameter : parameters) {
            sum.append(" + ").append(parameter.dtype == null ? "4" : Integer.toString(parameter.dtype.byteSize()));
            parameter.dims.forEach(dim -> sum.append(" * (").append(dim).append(')'));
        }
        return Expression.parse(sum.toString());
    }

    /** Begins a definition. Give a new version whenever the meaning changes: it is part of every key. */
    public static Builder named(String name, int version) {
        return new Builder(name, version);
    }

    /** Returns the name, for example {@code rms_norm}. */
    public String name() {
        return name;
    }

    /** Returns the version, at least 1. */
    public int version() {
        return version;
    }

    /** Returns the formula, for people and for authors of kernels. */
    public String formula() {
        return formula;
    }

    /** Returns the axes' names, in order. */
    public List<String> axes() {
        return axes;
    }

    /** Returns the attributes with their default values, in order. */
    public Map<String, Double> attributes() {
        return attributes;
    }

    /** Returns what must hold of axes and attributes: expressions that are not 0. */
    public List<Expression> constraints() {
        return constraints;
    }

    /** Returns the number of floating-point operations over axes and attributes; a transcendental counts as one. */
    public Expression flops() {
        return flops;
    }

    /** Returns the fewest bytes of device memory that must move, over axes and attributes, for a 4-byte dtype. */
    public Expression bytes() {
        return bytes;
    }

    /** Returns how accurate a kernel must be. */
    public Accuracy accuracy() {
        return accuracy;
    }

    /** Returns on which special values the formula says what comes out, so that kernels are tried on them. */
    public Set<SpecialValue> specialValues() {
        return specialValues;
    }

    /** Returns the number of independent units the reference computes, over axes and attributes. */
    public Expression units() {
        return units;
    }

    /** Returns how many neighbouring units a sample takes or leaves together, over axes and attributes. */
    public Expression unitsTogether() {
        return unitsTogether;
    }

    /** Returns the meaning of the op. */
    public Reference reference() {
        return reference;
    }

    /** Begins a workload of this op. */
    public Workload.Builder workload(DType dtype) {
        return new Workload.Builder(this, dtype);
    }

    List<BufferSpec> buffers(DType dtype) {
        List<BufferSpec> buffers = new ArrayList<>();
        for (boolean output : new boolean[]{false, true}) {
            for (Parameter p : parameters) {
                if (p.output == output) {
                    buffers.add(new BufferSpec(p.name, Objects.requireNonNullElse(p.dtype, dtype), p.dims, output,
                            p.indexLimit));
                }
            }
        }
        return buffers;
    }

    /** Returns everything but the reference as text; part of every key, so that two ops never share a kernel. */
    public String interfaceText() {
        StringBuilder text = new StringBuilder(name).append('@').append(version).append(" axes=").append(axes)
                .append(" attributes=").append(attributes.keySet()).append(" constraints=").append(constraints);
        for (Parameter p : parameters) {
            text.append(p.output ? " out " : " in ").append(p.name).append(':')
                    .append(p.dtype == null ? "dtype" : p.dtype.id()).append(p.dims);
            if (p.indexLimit != null) {
                text.append('<').append(p.indexLimit);
            }
        }
        return text.append(" accuracy=").append(accuracy).append(" special=")
                .append(specialValues).append(" formula=").append(formula).toString();
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }

    /** A parameter; a null type is the workload's. */
    private record Parameter(String name, @Nullable DType dtype, List<Expression> dims, boolean output,
            @Nullable Expression indexLimit) {}

    /** Collects the parts of a definition. */
    public static final class Builder {
        private final String name;
        private final int version;
        private final List<String> axes = new ArrayList<>();
        private final Map<String, Double> attributes = new LinkedHashMap<>();
        private final List<Parameter> parameters = new ArrayList<>();
        private final List<Expression> constraints = new ArrayList<>();
        private String formula = "";
        private @Nullable Expression flops;
        private @Nullable Expression bytes;
        private @Nullable Accuracy accuracy;
        private boolean exactOnIntegers;
        private final Set<SpecialValue> specialValues = EnumSet.noneOf(SpecialValue.class);
        private @Nullable Expression units;
        private Expression unitsTogether = Expression.parse("1");
        private @Nullable Reference reference;

        private Builder(String name, int version) {
            requireName(name);
            if (version < 1) {
                throw new IllegalArgumentException("the op " + name + " was given version " + version
                        + ": versions begin at 1");
            }
            this.name = name;
            this.version = version;
        }

        private static String requireName(String name) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("'" + name + "' was given as a name: use lower-case letters, digits"
                        + " and '_', beginning with a letter, 48 characters at most");
            }
            return name;
        }

        /** Sets the formula, for people and for authors of kernels. */
        public Builder formula(String text) {
            this.formula = text;
            return this;
        }

        /** Sets the axes, in the order in which kernels get their values. */
        public Builder axes(String... names) {
            for (String axis : names) {
                axes.add(requireName(axis));
            }
            return this;
        }

        /** Adds an attribute with its default value; a flag is 0 or 1. */
        public Builder attribute(String attribute, double defaultValue) {
            attributes.put(requireName(attribute), defaultValue);
            return this;
        }

        /** Adds an input of the workload's type; each dimension is an {@link Expression}. */
        public Builder input(String parameter, String... dims) {
            return parameter(parameter, null, dims, false, null);
        }

        /** Adds an {@code i32} input whose elements are indices from 0 to below {@code limit}, an {@link Expression}. */
        public Builder indexInput(String parameter, String limit, String... dims) {
            return parameter(parameter, DType.I32, dims, false, Expression.parse(limit));
        }

        /** Adds an output of the workload's type; each dimension is an {@link Expression}. */
        public Builder output(String parameter, String... dims) {
            return parameter(parameter, null, dims, true, null);
        }

        /** Adds an {@code i32} output; each dimension is an {@link Expression}. */
        public Builder indexOutput(String parameter, String... dims) {
            return parameter(parameter, DType.I32, dims, true, null);
        }

        private Builder parameter(String parameter, @Nullable DType dtype, String[] dims, boolean output,
                @Nullable Expression indexLimit) {
            List<Expression> extents = new ArrayList<>();
            for (String dim : dims) {
                extents.add(Expression.parse(dim));
            }
            parameters.add(new Parameter(requireName(parameter), dtype, extents, output, indexLimit));
            return this;
        }

        /** Adds a condition on axes and attributes, an {@link Expression} that must not be 0. */
        public Builder require(String constraint) {
            constraints.add(Expression.parse(constraint));
            return this;
        }

        /** Sets the number of floating-point operations, an {@link Expression}; a transcendental counts as one. */
        public Builder flops(String expression) {
            this.flops = Expression.parse(expression);
            return this;
        }

        /**
         * Sets the fewest bytes that must move for a 4-byte dtype, an {@link Expression}; needed only where they are
         * not each input read once and each output written once.
         */
        public Builder bytes(String expression) {
            this.bytes = Expression.parse(expression);
            return this;
        }

        /**
         * Sets how far a result may be from the reference.
         *
         * @param roundings the number of roundings that every result suffers, whatever the axes
         * @param terms the number of terms summed into one result, an {@link Expression}
         * @see Accuracy
         */
        public Builder accuracy(int roundings, String terms) {
            this.accuracy = new Accuracy(roundings, Expression.parse(terms), false);
            return this;
        }

        /**
         * Demands exact results on small whole numbers: for an op that only adds and multiplies.
         *
         * @see Accuracy#exactOnIntegers
         */
        public Builder exactOnIntegers() {
            this.exactOnIntegers = true;
            return this;
        }

        /**
         * Names the special values on which the reference says what comes out, which kernels must match; without a
         * call, none. Leave out those on which an honest kernel may overflow where the reference does not.
         */
        public Builder specialValues(SpecialValue... values) {
            specialValues.addAll(List.of(values));
            return this;
        }

        /** Demands results equal to the reference's, bit for bit. */
        public Builder exact() {
            return accuracy(0, "0");
        }

        /**
         * Sets the meaning of the op.
         *
         * @param unitCount into how many independent units the outputs are divided, an {@link Expression}
         * @param compute computes one unit
         */
        public Builder reference(String unitCount, Reference compute) {
            this.units = Expression.parse(unitCount);
            this.reference = compute;
            return this;
        }

        /** Sets how many neighbours a sample takes together, such as the parts of a row, an expression; 1 without a call. */
        public Builder unitsTogether(String unitCount) {
            this.unitsTogether = Expression.parse(unitCount);
            return this;
        }

        /**
         * Returns the definition.
         *
         * @throws IllegalStateException if a part is missing or an expression uses an unknown name
         */
        public OpDefinition build() {
            try {
                return new OpDefinition(this);
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException("the definition of " + name + " is wrong: " + e.getMessage(), e);
            }
        }
    }
}
