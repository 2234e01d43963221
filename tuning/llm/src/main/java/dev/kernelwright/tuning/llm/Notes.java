package dev.kernelwright.tuning.llm;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import dev.kernelwright.tuning.llm.session.SessionSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was learnt in earlier searches: for each session a file of notes, made from its log when a later search begins.
 *
 * <p>A note is an idea and what became of it. Notes are of use on the same target, for the same op and, less so, for others
 * of its family. Like everything that a model wrote they are data to the next one.
 */
final class Notes {
    static final int MAX_SHOWN = 8;
    private static final Logger LOG = LoggerFactory.getLogger(Notes.class);
    private static final int MAX_SESSIONS = 512;
    private static final int MAX_IDEA_CHARS = 160;
    private static final int MAX_FILE_BYTES = 64 * 1024;
    /** Above as many operations for a byte, an op is bound by arithmetic on every device that we know of. */
    private static final double CONTRACTION_INTENSITY = 8;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path sessions;
    private final Path folder;

    Notes(Path home) {
        this.sessions = home.resolve("sessions");
        this.folder = home.resolve("notes");
    }

    /**
     * An idea and what became of it.
     *
     * @param op the op's name
     * @param idea the idea
     * @param speedup how many times as fast as the baseline its best kernel was; 0 if none was right
     * @param effect what became of it, in words
     */
    record Note(String op, String idea, double speedup, String effect) {}

    /** The notes of a session, with what they are for. */
    private record Sheet(String target, String family, List<Note> notes) {}

    /** Returns the digest by which notes know a target. */
    static String targetDigest(Target target) {
        return KernelKey.sha256(target.fields().stream().filter(field -> field.match() == Target.Match.EXACT)
                .map(field -> field.name() + "=" + field.value() + "\n").collect(Collectors.joining()).getBytes(UTF_8));
    }

    /** Returns the kind of an op: how its work relates to its bytes, and whether results depend on many elements. */
    static String family(Workload workload) {
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        if (workload.flops(axes) > CONTRACTION_INTENSITY * workload.bytes(axes)) {
            return "contraction";
        }
        return workload.op().accuracy().terms().names().isEmpty() ? "elementwise" : "reduction";
    }

    /**
     * Returns the notes for a workload on a target, the most useful first.
     *
     * @param own the log of the search that asks, whose own findings it has anyway
     */
    List<String> find(Workload workload, String target, Path own) {
        String family = family(workload);
        String op = workload.op().name();
        List<Note> found = new ArrayList<>();
        for (Sheet sheet : sheets(own)) {
            if (sheet.target().equals(target) && sheet.family().equals(family)) {
                found.addAll(sheet.notes());
            }
        }
        return found.stream()
                .sorted(Comparator.comparing((Note note) -> !note.op().equals(op))
                        .thenComparing(Comparator.comparingDouble(Note::speedup).reversed()).thenComparing(Note::idea))
                .map(note -> note.op() + ": " + note.idea() + " - " + note.effect()).distinct().limit(MAX_SHOWN)
                .toList();
    }

    private List<Sheet> sheets(Path own) {
        List<Sheet> sheets = new ArrayList<>();
        for (Path session : newestSessions(own)) {
            try {
                sheet(session).ifPresent(sheets::add);
            } catch (IOException | IllegalStateException e) {
                // One session's notes are no reason not to tune.
                LOG.debug("no notes from {}: {}", session, e.toString());
            }
        }
        return sheets;
    }

    private List<Path> newestSessions(Path own) {
        if (!Files.isDirectory(sessions)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(sessions)) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .filter(file -> !file.getFileName().equals(own.getFileName())).sorted(Comparator.reverseOrder())
                    .limit(MAX_SESSIONS).toList();
        } catch (IOException e) {
            LOG.warn("The sessions in {} cannot be listed, so there are no notes from them: {}", sessions,
                    e.toString());
            return List.of();
        }
    }

    /** Returns the notes of a session; they are made anew where its log has changed since. */
    private Optional<Sheet> sheet(Path session) throws IOException {
        String name = session.getFileName().toString().replaceFirst("\\.jsonl$", ".json");
        Path file = folder.resolve(name);
        if (Files.exists(file) && Files.size(file) <= MAX_FILE_BYTES
                && Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(session)) >= 0) {
            try {
                return Optional.of(MAPPER.readValue(Files.readAllBytes(file), Sheet.class));
            } catch (JsonProcessingException e) {
                // Derived, so it is simply made again.
            }
        }
        List<SessionLog.Entry> entries = SessionLog.read(session);
        if (entries.isEmpty() || !(entries.getFirst().event() instanceof SessionEvent.Opened opened)) {
            return Optional.empty();
        }
        Sheet sheet = new Sheet(opened.target(), opened.family(), distil(opened, entries));
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, "." + name, ".tmp");
        Files.write(draft, MAPPER.writeValueAsBytes(sheet));
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return Optional.of(sheet);
    }

    /** Needs no reading of kernels: what was asked, proposed and judged says enough. */
    private static List<Note> distil(SessionEvent.Opened opened, List<SessionLog.Entry> entries) {
        String op = opened.workload().replaceFirst("\\(.*", "");
        return SessionSummary.of(entries).ideas().stream()
                .map(idea -> new Note(op, shorten(idea.text()), idea.speedup(), effect(idea))).toList();
    }

    private static String effect(SessionSummary.Idea idea) {
        if (idea.speedup() == 0) {
            return "never right in " + idea.tried() + " tries, last " + idea.lastReason();
        }
        return String.format(Locale.ROOT, "right after %d of %d tries, %.2f times the baseline at best%s",
                idea.firstRight(), idea.tried(), idea.speedup(), idea.speedupBefore() == 0
                        ? ""
                        : String.format(Locale.ROOT, ", %.2f before it", idea.speedupBefore()));
    }

    private static String shorten(String idea) {
        return idea.length() <= MAX_IDEA_CHARS ? idea : idea.substring(0, MAX_IDEA_CHARS);
    }
}
