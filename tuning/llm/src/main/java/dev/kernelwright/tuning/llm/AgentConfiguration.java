package dev.kernelwright.tuning.llm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kernelwright.tuning.llm.budget.BudgetLimits;
import dev.kernelwright.tuning.llm.budget.PriceTable;
import dev.kernelwright.tuning.llm.budget.Spending;
import dev.kernelwright.tuning.llm.model.ModelAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The agent's settings from the environment and a file of JSON, in which everything may be left out:
 *
 * <pre>{@code
 * {"author": "openai:gpt-5", "planner": "none", "critic": "ollama:qwen3",
 *  "limits": {"key": {"calls": 40, "tokens": 1500000, "dollars": 2, "seconds": 3600}, "process": {}, "day": {}},
 *  "prices": {"openai:gpt-5": {"input": 1.25, "output": 10}},
 *  "population": 2, "repairs": 3, "refinements": 2, "restarts": 1, "points": 6, "roofFraction": 0.9,
 *  "maxPromptTokens": 24000, "maxOutputTokens": 16000, "callSeconds": 300, "relayWaitSeconds": 86400,
 *  "memory": true, "retrieval": true}
 * }</pre>
 *
 * @param settings the settings
 */
public record AgentConfiguration(LlmSettings settings) {
    /** The variable that names the model. */
    public static final String MODEL = "KERNELWRIGHT_MODEL";
    /** The variable that names the file. */
    public static final String FILE = "KERNELWRIGHT_AGENT_CONFIG";
    /** The variable that names the agent's folder. */
    public static final String HOME = "KERNELWRIGHT_AGENT";

    private static final int MAX_BYTES = 1 << 20;
    private static final Set<String> MEMBERS = Set.of("author", "planner", "critic", "limits", "prices", "population",
            "repairs", "refinements", "restarts", "points", "roofFraction", "maxPromptTokens", "maxOutputTokens",
            "callSeconds", "relayWaitSeconds", "memory", "retrieval");
    private static final Set<String> SCOPES = Set.of("key", "process", "day");
    private static final Set<String> AMOUNTS = Set.of("calls", "tokens", "dollars", "seconds");
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()).build();

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException if a value cannot be used; one sentence with the cure
     */
    public static AgentConfiguration of(Map<String, String> environment) {
        String file = environment.getOrDefault(FILE, "");
        String model = environment.getOrDefault(MODEL, "");
        return of(model.isBlank() ? Optional.empty() : Optional.of(model), file.isBlank()
                ? Optional.empty()
                : Optional.of(Path.of(file)));
    }

    /**
     * Reads the settings.
     *
     * @param model the author's address; that of the file if empty
     * @param file the file, if there is one
     * @throws IllegalArgumentException if a value cannot be used; one sentence with the cure
     */
    public static AgentConfiguration of(Optional<String> model, Optional<Path> file) {
        JsonNode root = file.map(AgentConfiguration::read).orElseGet(MAPPER::createObjectNode);
        String name = file.map(Path::toString).orElse("the configuration");
        requireMembers(name, root, MEMBERS);
        String author = model.or(() -> text(root, "author")).orElseThrow(() -> new IllegalArgumentException(
                "a model was to write kernels, but none is named: set " + MODEL
                        + " or give --model, such as openai:NAME"));
        LlmSettings base = LlmSettings.of(ModelAddress.parse(author));
        try {
            return new AgentConfiguration(new LlmSettings(base.author(), role(root, "planner", base.planner()),
                    role(root, "critic", base.critic()), limits(name, root.path("limits"), base.limits()),
                    prices(name, root.path("prices")),
                    integer(root, "population", base.population()), integer(root, "repairs", base.repairs()),
                    integer(root, "refinements", base.refinements()), integer(root, "restarts", base.restarts()),
                    integer(root, "points", base.points()), number(root, "roofFraction", base.roofFraction()),
                    integer(root, "maxPromptTokens", base.maxPromptTokens()),
                    integer(root, "maxOutputTokens", base.maxOutputTokens()),
                    seconds(root, "callSeconds", base.callTime()), seconds(root, "relayWaitSeconds", base.relayWait()),
                    flag(root, "memory", base.memory()), flag(root, "retrieval", base.retrieval())));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException("the agent's configuration " + file + " has more than " + MAX_BYTES
                        + " bytes: name the right file");
            }
            JsonNode root = MAPPER.readTree(Files.readAllBytes(file));
            if (!root.isObject()) {
                throw new IllegalArgumentException("the agent's configuration " + file
                        + " is no JSON object: write one such as {\"author\": \"openai:NAME\"}");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the agent's configuration " + file + " is no JSON: "
                    + String.valueOf(e.getOriginalMessage()).replace('\n', ' '), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the agent's configuration " + file
                    + " cannot be read: name a file that can", e);
        }
    }

    private static void requireMembers(String where, JsonNode object, Set<String> known) {
        object.fieldNames().forEachRemaining(member -> {
            if (!known.contains(member)) {
                throw new IllegalArgumentException(where + " has the member '" + member + "', but there are "
                        + new TreeSet<>(known) + ": use one of them");
            }
        });
    }

    private static Optional<ModelAddress> role(JsonNode root, String name, Optional<ModelAddress> otherwise) {
        return text(root, name).map(text -> text.equals("none")
                ? Optional.<ModelAddress>empty()
                : Optional.of(ModelAddress.parse(text))).orElse(otherwise);
    }

    private static BudgetLimits limits(String where, JsonNode limits, BudgetLimits base) {
        requireMembers(where, limits, SCOPES);
        return new BudgetLimits(spending(where, limits.path("key"), base.perKey()),
                spending(where, limits.path("process"), base.perProcess()),
                spending(where, limits.path("day"), base.perDay()));
    }

    private static Spending spending(String where, JsonNode amounts, Spending base) {
        requireMembers(where, amounts, AMOUNTS);
        return new Spending(amount(amounts, "calls", 1, base.calls()), amount(amounts, "tokens", 1, base.tokens()),
                amount(amounts, "dollars", 1_000_000, base.microDollars()),
                amount(amounts, "seconds", 1000, base.millis()));
    }

    private static long amount(JsonNode amounts, String name, long unit, long otherwise) {
        double value = number(amounts, name, Double.NaN);
        if (Double.isNaN(value)) {
            return otherwise;
        }
        if (value < 0 || value > 1e12) {
            throw new IllegalArgumentException("a limit of " + value + " " + name + " was given: use 0 to 1e12");
        }
        return (long) (value * unit);
    }

    private static PriceTable prices(String where, JsonNode prices) {
        Map<String, PriceTable.Price> table = new HashMap<>();
        prices.properties().forEach(each -> {
            requireMembers(where, each.getValue(), Set.of("input", "output"));
            table.put(ModelAddress.parse(each.getKey()).toString(), new PriceTable.Price(
                    number(each.getValue(), "input", Double.NaN), number(each.getValue(), "output", Double.NaN)));
        });
        return new PriceTable(table);
    }

    private static Optional<String> text(JsonNode root, String name) {
        JsonNode value = root.path(name);
        if (value.isMissingNode()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException("'" + name + "' is " + value + ": give a text");
        }
        return Optional.of(value.textValue());
    }

    private static double number(JsonNode root, String name, double otherwise) {
        JsonNode value = root.path(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw new IllegalArgumentException("'" + name + "' is " + value + ": give a number");
        }
        return value.doubleValue();
    }

    private static int integer(JsonNode root, String name, int otherwise) {
        double value = number(root, name, otherwise);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("'" + name + "' is " + value + ": give a whole number");
        }
        return (int) value;
    }

    private static Duration seconds(JsonNode root, String name, Duration otherwise) {
        double value = number(root, name, (double) otherwise.toSeconds());
        if (!(value >= 0 && value <= 31_536_000)) {
            throw new IllegalArgumentException("'" + name + "' is " + value + ": give 0 to 31536000 seconds");
        }
        return Duration.ofMillis((long) (value * 1000));
    }

    private static boolean flag(JsonNode root, String name, boolean otherwise) {
        JsonNode value = root.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new IllegalArgumentException("'" + name + "' is " + value + ": give true or false");
        }
        return value.asBoolean(otherwise);
    }
}
