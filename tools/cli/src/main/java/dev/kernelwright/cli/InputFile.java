package dev.kernelwright.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads the files of text that users name. */
final class InputFile {
    private InputFile() {}

    /**
     * Returns the text of a file.
     *
     * @param what what it should be, for messages, for example {@code the launch plan}
     * @param maxBytes how large it may be
     * @throws InputException if it cannot be read, is no UTF-8, or is larger
     */
    static String read(Path file, String what, int maxBytes) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new InputException(what + " was looked for in " + file + ", which has more than " + maxBytes
                        + " bytes: split it, or name another file");
            }
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new InputException(
                    what + " was looked for in " + file + ", which is not UTF-8 text: write it in UTF-8",
                    e);
        } catch (IOException e) {
            throw new InputException(what + " was looked for in " + file + ", " + fault(file, e)
                    + ": name a file that can be read", e);
        }
    }

    private static String fault(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return "which is not there";
        }
        if (Files.isDirectory(file)) {
            return "which is a folder";
        }
        return cause instanceof AccessDeniedException
                ? "which this user may not read"
                : "which cannot be read (" + cause.getMessage() + ")";
    }
}
