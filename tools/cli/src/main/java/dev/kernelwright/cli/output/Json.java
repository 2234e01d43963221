package dev.kernelwright.cli.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON that commands print and read.
 *
 * <p>Names are in camel case with the unit last; a number that is not known is null. The output is ASCII, so that it is
 * the same under every locale.
 */
public final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(32).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build())
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private Json() {}

    /** Returns an empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Puts a number; NaN and the infinities, which JSON has not, become null. */
    public static void put(ObjectNode object, String name, double value) {
        if (Double.isFinite(value)) {
            object.put(name, value);
        } else {
            object.putNull(name);
        }
    }

    /** Puts an object of texts. */
    public static void put(ObjectNode object, String name, Map<String, String> texts) {
        ObjectNode node = object.putObject(name);
        texts.forEach(node::put);
    }

    /** Puts a list of texts. */
    public static void put(ObjectNode object, String name, Collection<String> texts) {
        texts.forEach(object.putArray(name)::add);
    }

    /** Returns indented JSON. */
    public static String write(JsonNode value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree could not be written, though it is data alone", e);
        }
    }

    /**
     * Reads JSON that fills the whole text; an empty text is a missing value.
     *
     * @throws IllegalArgumentException if the text is not JSON, or an object has one member twice
     */
    public static JsonNode read(String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonNode value = MAPPER.readTree(parser);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException(
                        where(parser.currentTokenLocation()) + "there is more after its end");
            }
            return value == null ? MissingNode.getInstance() : value;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(where(e.getLocation()) + e.getOriginalMessage().replace('\n', ' '), e);
        } catch (IOException e) {
            throw new IllegalStateException("reading a text failed, which needs no device", e);
        }
    }

    private static String where(@Nullable JsonLocation location) {
        return location == null ? "" : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
    }
}
