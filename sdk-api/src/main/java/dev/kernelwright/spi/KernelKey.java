package dev.kernelwright.spi;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The identity of a tuned kernel: the workload, the exact fields of the target, and the version of the kernel ABI.
 *
 * <p>Two keys are equal only if every field is. The {@link #digest()} names files and is never trusted alone: readers
 * compare the {@link #text()} in full.
 */
public final class KernelKey {
    /** Raised when the arguments of kernels change, so that older kernels are not loaded. */
    public static final int ABI_VERSION = 1;

    private final Map<String, String> fields;
    private final String text;
    private final String digest;

    /** Creates a key from its fields, in order; used by stores that read one back. */
    public KernelKey(Map<String, String> fields) {
        this.fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
        this.text = this.fields.entrySet().stream().map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
        this.digest = sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the key of the best kernel for a workload on a target. */
    public static KernelKey of(Workload workload, Target target) {
        KernelSignature signature = workload.signature();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("abi", Integer.toString(ABI_VERSION));
        fields.put("op", workload.op().toString());
        fields.put("definition", sha256(workload.op().interfaceText().getBytes(StandardCharsets.UTF_8)));
        fields.put("dtype", signature.dtype().id());
        fields.put("layout", "row_major");
        fields.put("numerics", signature.numerics());
        for (AxisRange axis : signature.axes()) {
            fields.put("axis." + axis.name(), axis.toString().substring(axis.name().length() + 1));
        }
        signature.attributes()
                .forEach((name, value) -> fields.put("attribute." + name, KernelSignature.formatAttribute(value)));
        for (Target.Field field : target.fields()) {
            if (field.match() == Target.Match.EXACT) {
                fields.put("target." + field.name(), field.value());
            }
        }
        return new KernelKey(fields);
    }

    /** Returns the fields, in order. */
    public Map<String, String> fields() {
        return fields;
    }

    /** Returns the canonical text: a line {@code name=value} for each field. */
    public String text() {
        return text;
    }

    /** Returns the SHA-256 of {@link #text()} in 64 hexadecimal digits. */
    public String digest() {
        return digest;
    }

    /** Returns the names of the fields in which this key and the other differ, in this key's order. */
    public List<String> differences(KernelKey other) {
        Set<String> names = new LinkedHashSet<>(fields.keySet());
        names.addAll(other.fields.keySet());
        List<String> different = new ArrayList<>();
        for (String name : names) {
            String mine = fields.get(name);
            if (mine == null || !mine.equals(other.fields.get(name))) {
                different.add(name);
            }
        }
        return different;
    }

    /** Returns the SHA-256 of the bytes in 64 hexadecimal digits. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256, which every Java platform must have", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KernelKey key && text.equals(key.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the first 12 digits of the digest, for messages. */
    @Override
    public String toString() {
        return digest.substring(0, 12);
    }
}
