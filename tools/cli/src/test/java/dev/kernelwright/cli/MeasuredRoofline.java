package dev.kernelwright.cli;

import dev.kernelwright.spi.Rooflines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The roofline of this machine's cpu, measured once for all tests that tune into a new cache, each of which would measure
 * it anew for seconds. {@link EndToEndTest} leaves that to the command.
 */
final class MeasuredRoofline {
    private static final Path KEPT = Path.of("target", "rooflines");

    private MeasuredRoofline() {}

    /** Puts it where a cache keeps it, beside the records. */
    static synchronized void putInto(Path cache) throws IOException {
        try (OpenBackend open = OpenBackend.open("cpu", Runtime.getRuntime().availableProcessors())) {
            new Rooflines(Optional.of(KEPT)).of(open.backend());
        }
        Path folder = Files.createDirectories(cache.resolve("rooflines"));
        try (Stream<Path> files = Files.list(KEPT)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }
}
