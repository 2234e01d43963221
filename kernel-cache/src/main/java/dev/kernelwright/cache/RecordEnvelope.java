package dev.kernelwright.cache;

import dev.kernelwright.spi.KernelKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The outermost layer of a record's file, the same in every format version: what the file is, and a digest of it.
 *
 * <pre>{@code
 * {
 *   "format": "kernelwright-record",
 *   "formatVersion": 1,
 *   ...
 *   "sha256": "6c1f…"
 * }
 * }</pre>
 *
 * <p>The digest is of all bytes before its own line, so it is checked before anything is parsed, and any change is
 * noticed, if only of a blank. {@code head -n -2 FILE | sha256sum} gives it too. It tells damage, not forgery: whoever
 * can write a record can write its digest.
 */
final class RecordEnvelope {
    /** The value of the member {@code format}. */
    static final String FORMAT = "kernelwright-record";
    /** Larger files are not read, so that a damaged or foreign one cannot exhaust memory. */
    static final int MAX_BYTES = 16 * 1024 * 1024;

    private static final String DIGEST_START = "  \"sha256\": \"";
    private static final String DIGEST_END = "\"\n}\n";
    private static final int DIGEST_CHARS = 64;
    private static final int TRAILER_CHARS = DIGEST_START.length() + DIGEST_CHARS + DIGEST_END.length();
    private static final Pattern HEADER = Pattern.compile(
            "\\{\n  \"format\": \"" + FORMAT + "\",\n  \"formatVersion\": ([1-9][0-9]{0,8}),\n");
    /** Enough for the longest text that {@link #HEADER} matches. */
    private static final int HEADER_CHARS = 80;

    private RecordEnvelope() {}

    /**
     * Adds the digest.
     *
     * @param json an indented JSON object that begins with the format and its version; its last two bytes are a line
     *        break and the closing brace
     */
    static byte[] seal(byte[] json) {
        byte[] body = Arrays.copyOf(json, json.length);
        body[body.length - 2] = ',';
        body[body.length - 1] = '\n';
        byte[] trailer = (DIGEST_START + KernelKey.sha256(body) + DIGEST_END).getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(body, body.length + trailer.length);
        System.arraycopy(trailer, 0, file, body.length, trailer.length);
        return file;
    }

    /**
     * Checks the size, the digest and the format.
     *
     * @return the format version
     * @throws RecordFormatException if one of them is wrong
     */
    static int open(byte[] file) throws RecordFormatException {
        requireSize(file.length);
        int body = file.length - TRAILER_CHARS;
        String trailer = body < 0 ? "" : new String(file, body, TRAILER_CHARS, StandardCharsets.ISO_8859_1);
        if (!trailer.startsWith(DIGEST_START) || !trailer.endsWith(DIGEST_END)) {
            throw RecordFormatException.malformed("the record of " + file.length
                    + " bytes does not end with its sha256: it was cut off, changed, or is something else");
        }
        String said = trailer.substring(DIGEST_START.length(), DIGEST_START.length() + DIGEST_CHARS);
        String found = KernelKey.sha256(Arrays.copyOf(file, body));
        if (!said.equals(found)) {
            throw RecordFormatException.malformed("the record's sha256 is " + found
                    + ", which is not what its last line says: it was changed after it was written");
        }
        Matcher header = HEADER.matcher(
                new String(file, 0, Math.min(HEADER_CHARS, body), StandardCharsets.ISO_8859_1));
        if (!header.lookingAt()) {
            throw RecordFormatException.malformed("the record does not begin with the format '" + FORMAT
                    + "' and its version: it is something else");
        }
        return Integer.parseInt(header.group(1));
    }

    /** Returns the digest that a sealed file ends with. */
    static String digest(byte[] file) {
        int from = file.length - DIGEST_END.length() - DIGEST_CHARS;
        return new String(file, from, DIGEST_CHARS, StandardCharsets.US_ASCII);
    }

    /** Refuses a record that is too large. */
    static void requireSize(long bytes) throws RecordFormatException {
        if (bytes > MAX_BYTES) {
            throw RecordFormatException.malformed("the record has " + bytes + " bytes: at most " + MAX_BYTES
                    + " are allowed");
        }
    }
}
