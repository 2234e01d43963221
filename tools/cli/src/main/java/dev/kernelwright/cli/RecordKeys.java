package dev.kernelwright.cli;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The keys of records as people name and read them. */
final class RecordKeys {
    /** Below this a prefix is more likely a slip than a key. */
    private static final int MIN_PREFIX = 4;
    private static final String AXIS = "axis.";
    private static final String ATTRIBUTE = "attribute.";

    private RecordKeys() {}

    /**
     * Returns the key in a store that begins with some digits.
     *
     * @throws InputException if there is none, or more than one
     */
    static KernelKey find(KernelStore store, String prefix) {
        String digits = prefix.toLowerCase(Locale.ROOT);
        if (!digits.matches("[0-9a-f]{" + MIN_PREFIX + ",64}")) {
            throw new InputException("the record '" + prefix + "' was asked for: give " + MIN_PREFIX
                    + " to 64 hexadecimal digits, as 'kernelwright cache list' shows them");
        }
        List<KernelKey> found = store.keys().stream().filter(key -> key.digest().startsWith(digits)).toList();
        if (found.size() != 1) {
            throw new InputException("the record '" + prefix + "' was asked for, but " + (found.isEmpty()
                    ? "none in " + store.location() + " begins so: 'kernelwright cache list' shows what there is"
                    : found.size() + " in " + store.location() + " begin so: give more digits"));
        }
        return found.getFirst();
    }

    /** Returns the workload of a key as text, also of an application's own op. */
    static String workloadText(KernelKey key) {
        return bindings(key) + ":" + key.fields().getOrDefault("dtype", "?");
    }

    /** Returns the workload of a key; empty if its op is not in the catalogue, or is another one by now. */
    static Optional<Workload> workload(KernelKey key) {
        try {
            return Optional.of(StandardOps.catalog().parse(bindings(key),
                    DType.parse(key.fields().getOrDefault("dtype", ""))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String bindings(KernelKey key) {
        String op = key.fields().getOrDefault("op", "?");
        int at = op.indexOf('@');
        return key.fields().entrySet().stream()
                .filter(field -> field.getKey().startsWith(AXIS) || field.getKey().startsWith(ATTRIBUTE))
                .map(RecordKeys::binding)
                .collect(Collectors.joining(",", (at < 0 ? op : op.substring(0, at)) + "(", ")"));
    }

    private static String binding(Map.Entry<String, String> field) {
        return field.getKey().substring(field.getKey().indexOf('.') + 1) + "=" + field.getValue();
    }
}
