package dev.kernelwright.samples.llama;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a model: little-endian numbers, mapped into memory to be read. */
final class ModelFile {
    /** A number anywhere in a file. */
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** A number anywhere in a file. */
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ModelFile() {}

    /**
     * Maps a file, read-only, for as long as the arena is open.
     *
     * @param kind what the file should be, for the message
     */
    static MemorySegment map(Path file, String kind, Arena arena) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("the " + kind + " " + file + " was asked for, but "
                    + (Files.exists(file) ? "it is not a file" : "there is no such file") + ": check the path");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new IOException("the " + kind + " " + file + " cannot be read (" + e + "): check its permissions", e);
        }
    }
}
