package dev.kernelwright.op;

import dev.kernelwright.tensor.DType;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A set of op definitions by name, and the reader of workloads written as text. Immutable. */
public final class OpCatalog {
    private final Map<String, OpDefinition> definitions = new LinkedHashMap<>();

    /**
     * Creates a catalogue.
     *
     * @throws IllegalArgumentException if two definitions have one name
     */
    public OpCatalog(List<OpDefinition> ops) {
        for (OpDefinition op : ops) {
            if (definitions.put(op.name(), op) != null) {
                throw new IllegalArgumentException("two definitions of the op " + op.name()
                        + " were given: rename the application's own");
            }
        }
    }

    /** Returns every definition, in order. */
    public Collection<OpDefinition> definitions() {
        return List.copyOf(definitions.values());
    }

    /**
     * Returns the definition with the given name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public OpDefinition get(String name) {
        OpDefinition op = definitions.get(name);
        if (op == null) {
            throw new IllegalArgumentException("the op '" + name + "' is unknown: use one of " + definitions.keySet());
        }
        return op;
    }

    /**
     * Reads a workload such as {@code rms_norm(rows=1..64,cols=4096,eps=1e-6)}; attributes may be left out.
     * {@code allow=tf32+fast_math} names relaxations by their {@link Relaxation#id ids}.
     *
     * @throws IllegalArgumentException if the text is malformed, names an unknown op, axis or attribute, or gives one
     *         twice
     */
    public Workload parse(String text, DType dtype) {
        String trimmed = text.strip();
        int open = trimmed.indexOf('(');
        if (open <= 0 || !trimmed.endsWith(")")) {
            throw malformed(text);
        }
        OpDefinition op = get(trimmed.substring(0, open).strip());
        Workload.Builder builder = op.workload(dtype);
        String body = trimmed.substring(open + 1, trimmed.length() - 1);
        Set<String> bound = new HashSet<>();
        for (String binding : body.isBlank() ? new String[0] : body.split(",", -1)) {
            int equals = binding.indexOf('=');
            if (equals <= 0) {
                throw malformed(text);
            }
            String name = binding.substring(0, equals).strip();
            String value = binding.substring(equals + 1).strip();
            if (!bound.add(name)) {
                throw new IllegalArgumentException("the workload '" + text + "' gives " + name
                        + " more than once: give it one value or range");
            }
            try {
                bind(builder, op, name, value);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("the workload '" + text + "' gives " + name + " the value '" + value
                        + "': an axis takes a whole number or a range such as 1..64, an attribute a number", e);
            }
        }
        return builder.build();
    }

    private static void bind(Workload.Builder builder, OpDefinition op, String name, String value) {
        if (name.equals(OpDefinition.ALLOW)) {
            for (String id : value.split("\\+", -1)) {
                builder.allow(Relaxation.parse(id));
            }
            return;
        }
        if (op.attributes().containsKey(name)) {
            builder.attribute(name, Double.parseDouble(value));
            return;
        }
        if (!op.axes().contains(name)) {
            throw new IllegalArgumentException(op.name() + " was given '" + name + "', but its axes are " + op.axes()
                    + " and its attributes " + op.attributes().keySet() + ": use one of them");
        }
        int dots = value.indexOf("..");
        if (dots < 0) {
            builder.axis(name, Long.parseLong(value));
        } else {
            builder.axis(name, Long.parseLong(value.substring(0, dots)), Long.parseLong(value.substring(dots + 2)));
        }
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException("the workload '" + text
                + "' is malformed: write op(axis=value,...), for example rms_norm(rows=1,cols=4096)");
    }
}
