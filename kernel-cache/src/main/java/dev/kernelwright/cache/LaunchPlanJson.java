package dev.kernelwright.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.LaunchPlan;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The JSON of a launch plan, as it stands in records and as people write it.
 *
 * <pre>{@code
 * {
 *   "steps": [{"entry": "run", "grid": ["ceil_div(rows, 4)"], "block": [], "sharedBytes": "0",
 *       "cluster": [], "cooperative": false}],
 *   "workspaceBytes": "0",
 *   "tensorMaps": []
 * }
 * }</pre>
 *
 * <p>Every member is given, also an empty one, but for {@code cluster}, {@code cooperative} and {@code tensorMaps}, which
 * early records do not have. Every number is the text of an {@link Expression}.
 */
public final class LaunchPlanJson {
    private LaunchPlanJson() {}

    /**
     * Reads a launch plan.
     *
     * @throws IllegalArgumentException if the text is not one; the message is one sentence
     */
    public static LaunchPlan parse(String json) {
        try {
            return fromTree(StrictJson.read(json, "the launch plan"), "the launch plan");
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(StrictJson.sentence(e.getMessage()), e);
        }
    }

    /** Returns the indented JSON of a launch plan, without a final line break. */
    public static String format(LaunchPlan plan) {
        return new String(StrictJson.write(toTree(plan)), StandardCharsets.UTF_8);
    }

    static ObjectNode toTree(LaunchPlan plan) {
        ObjectNode tree = StrictJson.object();
        ArrayNode steps = tree.putArray("steps");
        for (LaunchPlan.Step step : plan.steps()) {
            ObjectNode node = steps.addObject();
            node.put("entry", step.entry());
            putAll(node.putArray("grid"), step.grid());
            putAll(node.putArray("block"), step.block());
            node.put("sharedBytes", step.sharedBytes().toString());
            putAll(node.putArray("cluster"), step.cluster());
            node.put("cooperative", step.cooperative());
        }
        tree.put("workspaceBytes", plan.workspaceBytes().toString());
        ArrayNode maps = tree.putArray("tensorMaps");
        for (LaunchPlan.TensorMap map : plan.tensorMaps()) {
            ObjectNode node = maps.addObject();
            node.put("buffer", map.buffer());
            putAll(node.putArray("dims"), map.dims());
            putAll(node.putArray("box"), map.box());
            node.put("swizzleBytes", map.swizzleBytes().toString());
        }
        return tree;
    }

    private static void putAll(ArrayNode array, List<Expression> expressions) {
        expressions.forEach(expression -> array.add(expression.toString()));
    }

    static LaunchPlan fromTree(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        LaunchPlan plan = new LaunchPlan(members.list("steps", LaunchPlanJson::step),
                members.value("workspaceBytes", LaunchPlanJson::expression),
                members.has("tensorMaps") ? members.list("tensorMaps", LaunchPlanJson::tensorMap) : List.of());
        members.end();
        return plan;
    }

    private static LaunchPlan.Step step(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        LaunchPlan.Step step = new LaunchPlan.Step(members.text("entry"),
                members.list("grid", LaunchPlanJson::expression), members.list("block", LaunchPlanJson::expression),
                members.value("sharedBytes", LaunchPlanJson::expression),
                members.has("cluster") ? members.list("cluster", LaunchPlanJson::expression) : List.of(),
                members.has("cooperative") && members.flag("cooperative"));
        members.end();
        return step;
    }

    private static LaunchPlan.TensorMap tensorMap(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        LaunchPlan.TensorMap map = new LaunchPlan.TensorMap(members.text("buffer"),
                members.list("dims", LaunchPlanJson::expression), members.list("box", LaunchPlanJson::expression),
                members.value("swizzleBytes", LaunchPlanJson::expression));
        members.end();
        return map;
    }

    private static Expression expression(JsonNode tree, String path) {
        String text = JsonMembers.text(tree, path);
        try {
            return Expression.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + " cannot be read: " + e.getMessage(), e);
        }
    }
}
