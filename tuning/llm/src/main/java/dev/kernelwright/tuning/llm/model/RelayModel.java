package dev.kernelwright.tuning.llm.model;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A folder in which somebody else answers: a person, an agent, or another machine that the folder is carried to.
 *
 * <p>A question {@code ID} becomes {@code ID.request.md}; its answer is {@code ID.reply.md}, and is taken as it is. Whoever
 * writes one puts it under another name first and renames it, or writes it at once. A question stays after its answer,
 * so that both can be read later.
 */
final class RelayModel implements LanguageModel {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern QUOTED = Pattern.compile("\\s*<!-- kernelwright request (\\S{1,200}) -->");
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int MAX_BYTES = 4 * ModelReply.MAX_CHARS;

    private final Path folder;
    private final Duration wait;

    RelayModel(Path folder, Duration wait) {
        this.folder = folder;
        this.wait = wait;
    }

    @Override
    public String name() {
        return "relay";
    }

    @Override
    public boolean isPaid() {
        return false;
    }

    @Override
    public boolean isPatient() {
        return true;
    }

    @Override
    public ModelReply ask(ModelRequest request) throws ModelException {
        if (!ID.matcher(request.id()).matches()) {
            throw new IllegalArgumentException(
                    "a question was named '" + request.id() + "': use letters, digits and .-_");
        }
        Path question = folder.resolve(request.id() + ".request.md");
        Path answer = folder.resolve(request.id() + ".reply.md");
        try {
            put(question, text(request));
            Duration allowed = wait.compareTo(request.timeout()) < 0 ? wait : request.timeout();
            long end = System.nanoTime() + allowed.toNanos();
            do {
                if (Files.isRegularFile(answer, LinkOption.NOFOLLOW_LINKS)) {
                    return new ModelReply(requireOwn(read(answer), answer, request.id()), -1, -1);
                }
                Thread.sleep(POLL);
            } while (System.nanoTime() - end < 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelException(ModelException.Kind.INTERRUPTED, "the wait for " + answer + " was interrupted");
        } catch (IOException e) {
            throw new ModelException(ModelException.Kind.PERMANENT, "the relay " + folder + " cannot be used: " + e);
        }
        throw new ModelException(ModelException.Kind.PENDING,
                "the question " + question + " waits for its answer: put it"
                        + " into " + answer.getFileName() + " beside it and run the same command again");
    }

    private static String text(ModelRequest request) {
        return "<!-- kernelwright request " + request.id() + " -->\n\n" + request.system() + "\n\n" + request.user()
                + "\n";
    }

    private void put(Path question, String text) throws IOException, ModelException {
        if (Files.exists(question, LinkOption.NOFOLLOW_LINKS)) {
            if (!Files.readString(question).equals(text)) {
                throw new ModelException(ModelException.Kind.PERMANENT, "the relay has another question as "
                        + question + ": it belongs to another session, so name a folder of its own for this one");
            }
            return;
        }
        Files.createDirectories(folder);
        Path draft = folder.resolve("." + question.getFileName() + ".tmp");
        Files.writeString(draft, text);
        Files.move(draft, question, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Who quotes the question's first line says which one is answered. */
    private static String requireOwn(String text, Path answer, String id) throws ModelException {
        Matcher quoted = QUOTED.matcher(text);
        if (quoted.lookingAt() && !quoted.group(1).equals(id)) {
            throw new ModelException(ModelException.Kind.PERMANENT, "the answer " + answer + " is one to the question "
                    + quoted.group(1) + ": put it there, and the right one here");
        }
        return text;
    }

    private static String read(Path answer) throws IOException, ModelException {
        try (InputStream in = Files.newInputStream(answer)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ModelException(ModelException.Kind.UNUSABLE, "the answer " + answer.getFileName()
                        + " has more than " + MAX_BYTES + " bytes");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new ModelException(ModelException.Kind.UNUSABLE, "the answer " + answer.getFileName()
                    + " is not UTF-8 text");
        } catch (NoSuchFileException e) {
            throw new ModelException(ModelException.Kind.PERMANENT, "the answer " + answer + " was taken away");
        }
    }
}
