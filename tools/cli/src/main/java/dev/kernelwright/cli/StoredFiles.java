package dev.kernelwright.cli;

import dev.kernelwright.cache.RecordCodec;
import dev.kernelwright.cache.RecordFormatException;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads every file of a cache in full, as a store does when it is asked for its key, but moves none. */
final class StoredFiles {
    private static final String SUFFIX = ".json";

    private StoredFiles() {}

    /**
     * A file that should be a record.
     *
     * @param record the record; null if it could not be read
     * @param sound whether it is what it should be, as far as this version of Kernelwright can tell
     * @param note why it was not read, or is not what it should be; empty if there is nothing to say
     */
    record StoredFile(Path path, @Nullable TuningRecord record, boolean sound, String note) {}

    /**
     * Reads the files of a cache.
     *
     * @param root the cache's folder, whose records are in {@code records/<first two digits>/}
     */
    static List<StoredFile> readAll(Path root) throws IOException {
        Path folder = root.resolve("records");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<StoredFile> files = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(folder, 2)) {
            for (Path path : paths.filter(each -> each.toString().endsWith(SUFFIX)).sorted().toList()) {
                files.add(read(path));
            }
        }
        return files;
    }

    private static StoredFile read(Path path) {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return new StoredFile(path, null, false, "it is not a file but a folder, a link or a device");
        }
        try (InputStream in = Files.newInputStream(path)) {
            TuningRecord record = RecordCodec.decode(in.readNBytes(RecordCodec.MAX_BYTES + 1));
            boolean named = path.endsWith(RecordCodec.fileName(record.key(), record.target()));
            return new StoredFile(path, record, named, named
                    ? ""
                    : "it is the record " + record.key() + " under another name: it was copied or renamed");
        } catch (RecordFormatException e) {
            return new StoredFile(path, null, e.isNewerVersion(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new StoredFile(path, null, false, "it could not be read: " + e);
        }
    }
}
