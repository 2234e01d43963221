package dev.kernelwright.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.LaunchPlan;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.spi.Verification;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The JSON file of a {@link TuningRecord}: written so that people can read and compare it, read so that nothing passes
 * which was not written.
 *
 * <p>The members stand in one order, every member is there, numbers have their unit in their name, and the last member
 * is a SHA-256 of all bytes before it. Times are ISO 8601. NaN is null. The binary is base64.
 *
 * <p>{@link #FORMAT_VERSION} is raised with every new member, enum constant and function of expressions, since an older
 * reader sets aside what it does not understand, but leaves alone what it is told is newer.
 */
public final class RecordCodec {
    /** The format version that is written, and the latest that is read. */
    public static final int FORMAT_VERSION = 4;
    /** The largest record that is written or read, in bytes. */
    public static final int MAX_BYTES = RecordEnvelope.MAX_BYTES;

    /** Stands for a binary's plan that equals its source's, which is the usual case. */
    private static final String SAME_PLAN = "same-as-source";

    private static final String SUFFIX = ".json";
    private static final int VERSIONS_DIGITS = 16;

    private RecordCodec() {}

    /**
     * Returns what the file of a record is called: {@code <key's digest>.json} or, where the target has fields for which
     * a later version will do, {@code <key's digest>.<16 digits of the digest of these fields>.json}.
     */
    public static String fileName(KernelKey key, Target target) {
        String versions = target.fields(Target.Match.AT_LEAST).stream()
                .map(field -> field.name() + "=" + field.value() + "\n").collect(Collectors.joining());
        return versions.isEmpty()
                ? key.digest() + SUFFIX
                : key.digest() + "." + KernelKey.sha256(versions.getBytes(StandardCharsets.UTF_8))
                        .substring(0, VERSIONS_DIGITS) + SUFFIX;
    }

    /**
     * Returns the file of a record.
     *
     * @throws RecordFormatException if {@link #decode} would not read it: it is too large, a text of its key has a line
     *         break, or the name of a field, a parameter or a provenance is not Unicode text
     */
    public static byte[] encode(TuningRecord record) throws RecordFormatException {
        ObjectNode root = StrictJson.object();
        root.put("format", RecordEnvelope.FORMAT);
        root.put("formatVersion", FORMAT_VERSION);
        putTexts(root.putObject("key"), record.key().fields());
        ArrayNode target = root.putArray("target");
        for (Target.Field field : record.target().fields()) {
            target.addObject().put("name", field.name()).put("value", field.value()).put("match", field.match().name());
        }
        putKernel(root, record.kernel());
        putEvaluation(root.putObject("evaluation"), record.evaluation());
        putTexts(root.putObject("provenance"), record.provenance());
        root.put("created", record.created().toString());
        root.put("expires", record.expires() == null ? null : record.expires().toString());
        if (record.baseline() == null) {
            root.putNull("baseline");
        } else {
            putBinary(root.putObject("baseline"), record.baseline(), null);
        }
        byte[] file = RecordEnvelope.seal(StrictJson.write(root));
        decode(file);
        return file;
    }

    /**
     * Reads the file of a record.
     *
     * @throws RecordFormatException if the bytes are not, from the first to the last, what {@link #encode} returned, or
     *         are of a newer version
     */
    public static TuningRecord decode(byte[] file) throws RecordFormatException {
        int version = RecordEnvelope.open(file);
        if (version > FORMAT_VERSION) {
            throw RecordFormatException.newer(version, FORMAT_VERSION);
        }
        try {
            String json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
            return readRecord(StrictJson.read(json, "the record"), "the record");
        } catch (CharacterCodingException e) {
            throw RecordFormatException.malformed("the record is not in UTF-8: it was written by something else");
        } catch (IllegalArgumentException e) {
            // From the readers below, and from the records that they create, whose own rules hold here too.
            throw RecordFormatException.malformed(e.getMessage());
        }
    }

    private static void putKernel(ObjectNode root, TuningRecord.@Nullable Kernel kernel) {
        if (kernel == null) {
            root.putNull("kernel");
            return;
        }
        KernelSource source = kernel.source();
        ObjectNode node = root.putObject("kernel");
        ObjectNode sourceNode = node.putObject("source");
        sourceNode.put("language", source.language());
        sourceNode.put("text", source.text());
        ObjectNode parameters = sourceNode.putObject("parameters");
        source.parameters().forEach(parameters::put);
        sourceNode.set("plan", LaunchPlanJson.toTree(source.plan()));
        putBinary(node.putObject("binary"), kernel.binary(), source.plan());
    }

    private static void putBinary(ObjectNode node, KernelBinary binary, @Nullable LaunchPlan sourcePlan) {
        node.put("format", binary.format());
        node.put("base64", Base64.getEncoder().encodeToString(binary.bytes()));
        node.put("log", binary.log());
        ArrayNode resources = node.putArray("resources");
        for (KernelResources each : binary.resources()) {
            resources.addObject().put("entry", each.entry()).put("registers", each.registers())
                    .put("spillBytes", each.spillBytes()).put("stackBytes", each.stackBytes())
                    .put("sharedBytes", each.sharedBytes());
        }
        if (binary.plan().equals(sourcePlan)) {
            node.put("plan", SAME_PLAN);
        } else {
            node.set("plan", LaunchPlanJson.toTree(binary.plan()));
        }
    }

    private static void putEvaluation(ObjectNode node, Evaluation evaluation) {
        node.put("reason", evaluation.reason().name());
        node.put("message", evaluation.message());
        if (!evaluation.hint().equals(evaluation.message())) {
            node.put("hint", evaluation.hint());
        }
        JsonMembers.putReal(node, "worstErrorRatio", evaluation.worstErrorRatio());
        putTiming(node, "kernel", evaluation.kernel());
        putTiming(node, "baseline", evaluation.baseline());
        JsonMembers.putReal(node, "floorNanos", evaluation.floorNanos());
        putVerification(node, evaluation.verification());
    }

    private static void putVerification(ObjectNode parent, @Nullable Verification verification) {
        if (verification == null) {
            parent.putNull("verification");
            return;
        }
        ObjectNode node = parent.putObject("verification");
        node.put("bound", verification.bound());
        ArrayNode stages = node.putArray("stages");
        verification.stages().forEach(stages::add);
        node.put("comparedElements", verification.comparedElements());
        JsonMembers.putReal(node, "errorRms", verification.errorRms());
        JsonMembers.putReal(node, "baselineErrorRms", verification.baselineErrorRms());
        JsonMembers.putReal(node, "spread", verification.spread());
        node.put("isolation", verification.isolation());
    }

    private static void putTiming(ObjectNode parent, String name, @Nullable Timing timing) {
        if (timing == null) {
            parent.putNull(name);
            return;
        }
        ObjectNode node = parent.putObject(name);
        JsonMembers.putReal(node, "medianNanos", timing.medianNanos());
        JsonMembers.putReal(node, "minNanos", timing.minNanos());
        JsonMembers.putReal(node, "lowNanos", timing.lowNanos());
        JsonMembers.putReal(node, "highNanos", timing.highNanos());
        JsonMembers.putReal(node, "medianLowNanos", timing.medianLowNanos());
        JsonMembers.putReal(node, "medianHighNanos", timing.medianHighNanos());
        node.put("samples", timing.samples());
    }

    private static void putTexts(ObjectNode node, Map<String, String> texts) {
        texts.forEach(node::put);
    }

    private static TuningRecord readRecord(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        // The envelope has checked these three.
        members.text("format");
        members.count("formatVersion");
        members.text("sha256");
        TuningRecord record = new TuningRecord(readKey(members.map("key", JsonMembers::text)),
                new Target(members.list("target", RecordCodec::readTargetField)),
                members.valueOrNull("kernel", RecordCodec::readKernel),
                members.value("evaluation", RecordCodec::readEvaluation),
                members.map("provenance", JsonMembers::text),
                members.value("created", RecordCodec::readInstant),
                members.valueOrNull("expires", RecordCodec::readInstant),
                members.has("baseline")
                        ? members.valueOrNull("baseline", (value, valuePath) -> readBinary(value, valuePath, null))
                        : null);
        members.end();
        return record;
    }

    /** Reads a key. Its text has a line {@code name=value} for each field, which must be the only way to read it. */
    private static KernelKey readKey(Map<String, String> fields) {
        fields.forEach((name, value) -> {
            if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\n') >= 0 || value.indexOf('\n') >= 0) {
                throw new IllegalArgumentException("the record's key has the field '" + name.replace('\n', ' ')
                        + "', which does not fit on a line of the form name=value: leave out '=' and line breaks");
            }
        });
        return new KernelKey(fields);
    }

    private static Target.Field readTargetField(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        Target.Field field = new Target.Field(members.text("name"), members.text("value"),
                members.constant("match", Target.Match.class));
        members.end();
        return field;
    }

    private static TuningRecord.Kernel readKernel(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        KernelSource source = members.value("source", RecordCodec::readSource);
        KernelBinary binary = members.value("binary",
                (value, valuePath) -> readBinary(value, valuePath, source.plan()));
        members.end();
        return new TuningRecord.Kernel(source, binary);
    }

    private static KernelSource readSource(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        KernelSource source = new KernelSource(members.text("language"), members.text("text"),
                members.value("plan", LaunchPlanJson::fromTree), members.map("parameters", JsonMembers::whole));
        members.end();
        return source;
    }

    private static KernelBinary readBinary(JsonNode tree, String path, @Nullable LaunchPlan sourcePlan) {
        JsonMembers members = new JsonMembers(tree, path);
        KernelBinary binary = new KernelBinary(members.text("format"),
                members.value("base64", RecordCodec::readBase64),
                members.value("plan", (value, valuePath) -> sourcePlan != null && SAME_PLAN.equals(value.textValue())
                        ? sourcePlan
                        : LaunchPlanJson.fromTree(value, valuePath)),
                members.text("log"),
                members.has("resources") ? members.list("resources", RecordCodec::readResources) : List.of());
        members.end();
        return binary;
    }

    private static KernelResources readResources(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        KernelResources resources = new KernelResources(members.text("entry"), members.count("registers"),
                members.count("spillBytes"), members.count("stackBytes"), members.count("sharedBytes"));
        members.end();
        return resources;
    }

    private static Evaluation readEvaluation(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        String message = members.text("message");
        Evaluation evaluation = new Evaluation(members.constant("reason", ReasonCode.class), message,
                members.has("hint") ? members.text("hint") : message, members.real("worstErrorRatio"),
                members.valueOrNull("kernel", RecordCodec::readTiming),
                members.valueOrNull("baseline", RecordCodec::readTiming), members.real("floorNanos"),
                members.has("verification")
                        ? members.valueOrNull("verification", RecordCodec::readVerification)
                        : null);
        members.end();
        return evaluation;
    }

    private static Verification readVerification(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        Verification verification = new Verification(members.text("bound"),
                members.list("stages", JsonMembers::text), members.value("comparedElements", JsonMembers::whole),
                members.real("errorRms"), members.real("baselineErrorRms"), members.real("spread"),
                members.text("isolation"));
        members.end();
        return verification;
    }

    private static Timing readTiming(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        Timing timing = new Timing(members.real("medianNanos"), members.real("minNanos"), members.real("lowNanos"),
                members.real("highNanos"), members.has("medianLowNanos") ? members.real("medianLowNanos") : Double.NaN,
                members.has("medianHighNanos") ? members.real("medianHighNanos") : Double.NaN,
                members.count("samples"));
        members.end();
        return timing;
    }

    private static byte[] readBase64(JsonNode value, String path) {
        String text = JsonMembers.text(value, path);
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(path + " is not base64: " + e.getMessage(), e);
        }
    }

    private static Instant readInstant(JsonNode value, String path) {
        String text = JsonMembers.text(value, path);
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(path + " is '" + text
                    + "': it must be a time such as 2026-01-31T12:00:00Z", e);
        }
    }
}
