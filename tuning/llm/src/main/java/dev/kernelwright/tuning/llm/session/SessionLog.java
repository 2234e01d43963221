package dev.kernelwright.tuning.llm.session;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kernelwright.spi.KernelKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of events, one line of JSON each, to which lines are only ever added.
 *
 * <p>A line is {@code {"digest":"...","entry":{...}}}. The entry holds its number, the time, the digest of the line before
 * and the event; the digest is the SHA-256 of the entry's text. So no line can be changed, taken out, added or moved
 * without every later digest being wrong. A last line without its end is one that a kill has cut short: its event never
 * took place, and it is taken off when the session is continued. The chain shows damage and careless changes; who may
 * write the file can write another one.
 */
public final class SessionLog {
    /** No session is this large: {@link dev.kernelwright.tuning.llm.budget.BudgetLimits} ends it before. */
    private static final long MAX_BYTES = 256L << 20;
    private static final String BEFORE_DIGEST = "{\"digest\":\"";
    private static final String BEFORE_ENTRY = "\",\"entry\":";
    private static final int DIGEST_CHARS = 64;
    private static final String FIRST = "0".repeat(DIGEST_CHARS);
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16)
                    .maxStringLength(16 << 20).build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE).build();

    private final Path file;
    private final List<Entry> entries = new ArrayList<>();
    private String last = FIRST;
    private long wholeBytes;

    /**
     * An event with its place.
     *
     * @param sequence its number, from 1
     * @param time when it was written, in UTC
     * @param previous the digest of the entry before
     * @param event the event
     */
    public record Entry(long sequence, String time, String previous, SessionEvent event) {}

    private SessionLog(Path file) {
        this.file = file;
    }

    /**
     * Begins a log.
     *
     * @throws IOException if the file is there already or cannot be written
     */
    public static SessionLog create(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.createFile(file);
        return new SessionLog(file);
    }

    /** Reads a log and checks every line; an unfinished last one is left out. */
    public static List<Entry> read(Path file) throws IOException {
        return load(file).entries();
    }

    /** Reads a log in order to add to it; an unfinished last line is taken off. */
    public static SessionLog resume(Path file) throws IOException {
        SessionLog log = load(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long whole = log.wholeBytes;
            if (channel.size() > whole) {
                channel.truncate(whole);
                channel.force(true);
            }
        }
        return log;
    }

    private static SessionLog load(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new SessionFormatException(
                    file + " has more than " + MAX_BYTES + " bytes, so it is no session's log");
        }
        byte[] bytes = Files.readAllBytes(file);
        SessionLog log = new SessionLog(file);
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                log.take(new String(bytes, start, i - start, UTF_8));
                start = i + 1;
            }
        }
        log.wholeBytes = start;
        if (log.entries.isEmpty() && bytes.length > 0 && bytes[0] != '{') {
            throw new SessionFormatException(file + " is no session's log: name one that 'tune --model' has written");
        }
        return log;
    }

    private void take(String line) throws SessionFormatException {
        int number = entries.size() + 1;
        int entryStart = BEFORE_DIGEST.length() + DIGEST_CHARS + BEFORE_ENTRY.length();
        if (!line.startsWith(BEFORE_DIGEST) || line.length() <= entryStart || !line.endsWith("}")
                || !line.startsWith(BEFORE_ENTRY, BEFORE_DIGEST.length() + DIGEST_CHARS)) {
            throw broken(number, "is not one of a session's log");
        }
        String digest = line.substring(BEFORE_DIGEST.length(), BEFORE_DIGEST.length() + DIGEST_CHARS);
        String text = line.substring(entryStart, line.length() - 1);
        if (!digest.equals(KernelKey.sha256(text.getBytes(UTF_8)))) {
            throw broken(number, "was changed after it was written");
        }
        Entry entry;
        try {
            entry = MAPPER.readValue(text, Entry.class);
        } catch (JsonProcessingException e) {
            throw broken(number, "holds an event that this version does not know ("
                    + String.valueOf(e.getOriginalMessage()).replace('\n', ' ') + ")");
        }
        if (entry.sequence() != number || !entry.previous().equals(last)) {
            throw broken(number, "does not follow the one before: lines were taken out, added or moved");
        }
        if (number == 1 != entry.event() instanceof SessionEvent.Opened) {
            throw broken(number, "is not in its place: a session begins with its opening, and has one");
        }
        entries.add(entry);
        last = digest;
    }

    private SessionFormatException broken(int line, String how) {
        return new SessionFormatException("line " + line + " of " + file + " " + how
                + ", so the session can neither be resumed nor replayed: use another copy of it");
    }

    /** Adds an event; when this returns, it is on the disk. */
    public void append(SessionEvent event) throws IOException {
        Entry entry = new Entry(entries.size() + 1L, Instant.now().toString(), last, event);
        String text = MAPPER.writeValueAsString(entry);
        String digest = KernelKey.sha256(text.getBytes(UTF_8));
        ByteBuffer line = UTF_8.encode(BEFORE_DIGEST + digest + BEFORE_ENTRY + text + "}\n");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            if (channel.size() != wholeBytes) {
                throw new IOException("somebody else has written to " + file + ": let one process alone continue it");
            }
            while (line.hasRemaining()) {
                wholeBytes += channel.write(line);
            }
            channel.force(false);
        }
        entries.add(entry);
        last = digest;
    }

    /** Returns the entries, the oldest first. */
    public List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Returns where the log is. */
    public Path file() {
        return file;
    }
}
