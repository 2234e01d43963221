package dev.kernelwright.cache;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of records and plans: read within limits and without leniency, written as {@code jq} writes it.
 *
 * <p>Only trees go in and out. No class is named in the text and none is looked up by name, so what is read cannot
 * choose what is created.
 */
final class StrictJson {
    private static final int MAX_NESTING = 16;
    private static final int MAX_NAME_CHARS = 1_000;
    private static final int MAX_NUMBER_CHARS = 100;
    /** A record has some hundreds of tokens; each costs about 50 bytes once read. */
    private static final int MAX_TOKENS = 100_000;

    private static final int MAX_SENTENCE_CHARS = 500;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(RecordEnvelope.MAX_BYTES)
                    .maxStringLength(RecordEnvelope.MAX_BYTES)
                    .maxNestingDepth(MAX_NESTING)
                    .maxNameLength(MAX_NAME_CHARS)
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final DefaultIndenter INDENTER = new DefaultIndenter("  ", "\n");
    private static final ObjectWriter WRITER = MAPPER.writer(new DefaultPrettyPrinter()
            .withSeparators(Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                    .withObjectEmptySeparator("")
                    .withArrayEmptySeparator(""))
            .withObjectIndenter(INDENTER)
            .withArrayIndenter(INDENTER));

    private StrictJson() {}

    /** Returns an empty object. */
    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Reads one JSON value that fills the whole text.
     *
     * @param document what the text is, for messages, for example {@code the launch plan}
     * @throws IllegalArgumentException if the text is not JSON, gives a member twice, or goes beyond a limit
     */
    static JsonNode read(String text, String document) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            JsonLocation where = e.getLocation();
            throw new IllegalArgumentException(document + " is not the JSON that is asked for"
                    + (where == null ? "" : ", at line " + where.getLineNr() + " and column " + where.getColumnNr())
                    + ": " + e.getOriginalMessage(), e);
        }
    }

    /** Returns a message on one line and of bounded length, since it may quote what was read. */
    static String sentence(@Nullable String message) {
        String line = String.valueOf(message).replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX_SENTENCE_CHARS ? line : line.substring(0, MAX_SENTENCE_CHARS) + "…";
    }

    /**
     * Writes a value indented, in UTF-8, without a final line break.
     *
     * <p>Characters beyond the basic plane are escaped, and with them the halves that stand alone and have no UTF-8.
     */
    static byte[] write(JsonNode value) {
        try {
            return WRITER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree could not be written, though it is data alone", e);
        }
    }
}
