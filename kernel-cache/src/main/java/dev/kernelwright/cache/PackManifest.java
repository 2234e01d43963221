package dev.kernelwright.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a pack says of itself, its file {@code manifest.json}.
 *
 * @param name what it is, the same for every later edition: letters, digits, dots and dashes
 * @param sequence the number of the edition; one that is lower than what was seen is refused
 * @param created when it was written
 * @param expires when it is not to be used any more; null for never
 * @param license what its kernels may be used for, as an SPDX expression or in words
 * @param records the names of its records' files, in order
 */
public record PackManifest(String name, long sequence, Instant created, @Nullable Instant expires, String license,
        List<String> records) {
    /** The most records that a pack may have. */
    public static final int MAX_RECORDS = 50_000;

    static final String FILE = "manifest.json";
    private static final String FORMAT = "kernelwright-pack";
    private static final int FORMAT_VERSION = 1;
    private static final int MAX_LICENSE_CHARS = 1_000;

    /** Checks the members and sorts the records. */
    public PackManifest {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9.-]{0,99}")) {
            throw new IllegalArgumentException("a pack was to be called '" + name
                    + "': use up to 100 letters, digits, dots and dashes");
        }
        if (sequence < 1) {
            throw new IllegalArgumentException("the pack " + name + " was given the sequence number " + sequence
                    + ": it must be at least 1");
        }
        if (license.isBlank() || license.length() > MAX_LICENSE_CHARS) {
            throw new IllegalArgumentException("the pack " + name + " was given a licence of " + license.length()
                    + " characters: say in 1 to " + MAX_LICENSE_CHARS + " what its kernels may be used for");
        }
        if (records.size() > MAX_RECORDS) {
            throw new IllegalArgumentException("the pack " + name + " has " + records.size() + " records: at most "
                    + MAX_RECORDS + " are allowed");
        }
        records = List.copyOf(new TreeSet<>(records));
        for (String record : records) {
            if (!record.matches("[0-9a-f]{64}(\\.[0-9a-f]{16})?\\.json")) {
                throw new IllegalArgumentException("the pack " + name + " names the record '" + record
                        + "', which is no name of a record's file");
            }
        }
    }

    /** Returns the file. */
    byte[] encode() {
        ObjectNode root = StrictJson.object();
        root.put("format", FORMAT).put("formatVersion", FORMAT_VERSION).put("name", name).put("sequence", sequence)
                .put("created", created.toString()).put("expires", expires == null ? null : expires.toString())
                .put("license", license);
        ArrayNode list = root.putArray("records");
        records.forEach(list::add);
        return StrictJson.write(root);
    }

    /** Reads the file, which must be what {@link #encode} would write, byte for byte. */
    static PackManifest decode(byte[] file) throws PackException {
        PackManifest manifest;
        try {
            manifest = read(StrictJson.read(new String(file, StandardCharsets.UTF_8), "the manifest"), "the manifest");
        } catch (IllegalArgumentException | DateTimeParseException e) {
            throw new PackException(String.valueOf(e.getMessage()), e);
        }
        if (!Arrays.equals(manifest.encode(), file)) {
            throw new PackException("the manifest is not in its canonical form: it was not written by Kernelwright");
        }
        return manifest;
    }

    private static PackManifest read(JsonNode tree, String path) {
        JsonMembers members = new JsonMembers(tree, path);
        String format = members.text("format");
        int version = members.count("formatVersion");
        if (!format.equals(FORMAT) || version != FORMAT_VERSION) {
            throw new IllegalArgumentException("the manifest has the format " + format + " and its version " + version
                    + ", and this library reads " + FORMAT + " " + FORMAT_VERSION + ": use a newer Kernelwright");
        }
        String expires = members.textOrNull("expires");
        PackManifest manifest = new PackManifest(members.text("name"), members.value("sequence", JsonMembers::whole),
                Instant.parse(members.text("created")), expires == null ? null : Instant.parse(expires),
                members.text("license"), members.list("records", JsonMembers::text));
        members.end();
        return manifest;
    }
}
