package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.op.OpCatalog;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a file of workloads.
 *
 * <pre>{@code
 * {"workloads": [
 *   {"op": "rms_norm", "dtype": "f32", "axes": {"rows": "1..64", "cols": 4096}, "attributes": {"eps": 1e-5}}
 * ]}
 * }</pre>
 *
 * <p>{@code dtype} is f32 and {@code attributes} empty if left out. Every fault is an {@link InputException} that begins
 * with the file and the path of the fault in it, such as {@code workloads[3].axes.rows}.
 */
final class WorkloadsFile {
    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_WORKLOADS = 10_000;
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,18})\\.\\.([0-9]{1,18})");

    private final Path file;
    private final OpCatalog catalog = StandardOps.catalog();

    private WorkloadsFile(Path file) {
        this.file = file;
    }

    /** Returns the workloads of a file, in its order. */
    static List<Workload> read(Path file) {
        return new WorkloadsFile(file).read();
    }

    private List<Workload> read() {
        JsonNode root = parse();
        requireMembers(root, "", Set.of("workloads"));
        JsonNode list = root.get("workloads");
        if (list == null || !list.isArray()) {
            throw fault("workloads", (list == null ? "is missing" : "is not a list")
                    + ": write {\"workloads\": [{\"op\": ...}]}");
        }
        if (list.isEmpty() || list.size() > MAX_WORKLOADS) {
            throw fault("workloads", "has " + list.size() + " entries: give 1 to " + MAX_WORKLOADS);
        }
        List<Workload> workloads = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            workloads.add(workload(list.get(i), "workloads[" + i + "]"));
        }
        return workloads;
    }

    private JsonNode parse() {
        String text = InputFile.read(file, "a list of workloads", MAX_BYTES);
        try {
            return Json.read(text);
        } catch (IllegalArgumentException e) {
            throw new InputException(file + " is not JSON: " + e.getMessage(), e);
        }
    }

    private Workload workload(JsonNode node, String path) {
        requireMembers(node, path, Set.of("op", "dtype", "axes", "attributes"));
        String opName = text(node, path, "op", "");
        OpDefinition op = at(path + ".op", () -> catalog.get(opName));
        String dtypeName = text(node, path, "dtype", DType.F32.id());
        Workload.Builder builder = at(path + ".dtype", () -> op.workload(DType.parse(dtypeName)));
        JsonNode axes = node.get("axes");
        if (axes == null || !axes.isObject()) {
            throw fault(path + ".axes",
                    (axes == null ? "is missing" : "is not an object") + ": give all of " + op.axes());
        }
        axes.properties()
                .forEach(axis -> bindAxis(builder, axis.getKey(), axis.getValue(), path + ".axes." + axis.getKey()));
        JsonNode attributes = node.get("attributes");
        if (attributes != null) {
            requireObject(attributes, path + ".attributes");
            attributes.properties()
                    .forEach(attribute -> bindAttribute(builder, attribute.getKey(), attribute.getValue(),
                            path + ".attributes." + attribute.getKey()));
        }
        return at(path, builder::build);
    }

    private void bindAxis(Workload.Builder builder, String name, JsonNode value, String path) {
        Matcher range = RANGE.matcher(value.asText());
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            at(path, () -> builder.axis(name, value.longValue()));
        } else if (value.isTextual() && range.matches()) {
            at(path, () -> builder.axis(name, Long.parseLong(range.group(1)), Long.parseLong(range.group(2))));
        } else {
            throw fault(path, "is " + shown(value) + ": write a whole number such as 4096, or a range such as"
                    + " \"1..64\"");
        }
    }

    private void bindAttribute(Workload.Builder builder, String name, JsonNode value, String path) {
        if (!value.isNumber()) {
            throw fault(path, "is " + shown(value) + ": write a number; a flag is 0 or 1");
        }
        at(path, () -> builder.attribute(name, value.doubleValue()));
    }

    private String text(JsonNode node, String path, String name, String otherwise) {
        JsonNode value = node.get(name);
        if (value == null && !otherwise.isEmpty()) {
            return otherwise;
        }
        if (value == null || !value.isTextual()) {
            throw fault(path + "." + name, (value == null ? "is missing" : "is " + shown(value)) + ": write a name in"
                    + " quotes");
        }
        return value.textValue();
    }

    private void requireMembers(JsonNode node, String path, Set<String> known) {
        requireObject(node, path);
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw fault(path.isEmpty() ? name : path + "." + name, "does not belong there: use "
                        + known.stream().sorted().toList());
            }
        });
    }

    private void requireObject(JsonNode node, String path) {
        if (!node.isObject()) {
            throw fault(path.isEmpty() ? "the file" : path, "is " + shown(node) + ": it must be an object in braces");
        }
    }

    private static String shown(JsonNode node) {
        String text = node.isMissingNode() ? "empty" : node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    /** Does something with the library; what it refuses is a fault at the path. */
    private <T> T at(String path, Supplier<T> action) {
        try {
            return action.get();
        } catch (IllegalArgumentException e) {
            throw fault(path, "cannot be used: " + e.getMessage());
        }
    }

    private InputException fault(String path, String what) {
        return new InputException(file + ": " + path + " " + what);
    }
}
