package dev.kernelwright.spi;

import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What devices can do at most: measured once, kept in a file for each target, and measured again where a time
 * contradicts it. Safe for use from several threads and processes.
 *
 * <p>A measurement can only be too low, on a machine that is busy at the moment. So what was measured several times is
 * the best of each figure. A file that cannot be read or written is as good as none.
 */
public final class Rooflines {
    private static final Logger LOG = LoggerFactory.getLogger(Rooflines.class);
    private static final String FLOPS = "flops_per_second";
    private static final String MATRIX_FLOPS = "matrix_flops_per_second.";
    private static final String BANDWIDTH = "bytes_per_second.";
    private static final int MAX_FILE_BYTES = 1 << 16;

    private final @Nullable Path folder;
    private final Map<Target, Roofline> known = new HashMap<>();

    /** Creates the rooflines of a process, which are kept in the folder, or with it if there is none. */
    public Rooflines(Optional<Path> folder) {
        this.folder = folder.orElse(null);
    }

    /** Returns the rooflines that are kept beside a store's records if these are in a folder. */
    public static Rooflines beside(KernelStore store) {
        Path location = Path.of(store.location().indexOf('\0') < 0 ? store.location() : "");
        return new Rooflines(location.isAbsolute() && Files.isDirectory(location)
                ? Optional.of(location.resolve("rooflines"))
                : Optional.empty());
    }

    /** Returns the roofline of a device; the first time on a target it is measured, which may take some seconds. */
    public synchronized Roofline of(Backend backend) {
        Roofline roofline = known.get(backend.target());
        if (roofline == null) {
            roofline = read(backend.target());
        }
        if (roofline == null) {
            return measureAgain(backend);
        }
        known.put(backend.target(), roofline);
        return roofline;
    }

    /** Measures a device once more, and returns the best of what is known then. */
    public synchronized Roofline measureAgain(Backend backend) {
        Roofline best = backend.measureRoofline();
        Roofline kept = read(backend.target());
        if (kept != null) {
            best = best.orBetter(kept);
        }
        Roofline mine = known.get(backend.target());
        if (mine != null) {
            best = best.orBetter(mine);
        }
        known.put(backend.target(), best);
        write(backend.target(), best);
        return best;
    }

    private static String fileName(Target target) {
        String text = target.fields().stream().map(field -> field.name() + "=" + field.value())
                .collect(Collectors.joining("\n"));
        return KernelKey.sha256(text.getBytes(StandardCharsets.UTF_8)).substring(0, 32) + ".txt";
    }

    private @Nullable Roofline read(Target target) {
        if (folder == null) {
            return null;
        }
        Path file = folder.resolve(fileName(target));
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_FILE_BYTES) {
                return null;
            }
            double flops = Double.NaN;
            Map<DType, Double> matrices = new EnumMap<>(DType.class);
            List<Roofline.Bandwidth> bandwidths = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                String[] words = line.split("=", 2);
                if (words.length == 2 && words[0].equals(FLOPS)) {
                    flops = positive(words[1]);
                } else if (words.length == 2 && words[0].startsWith(MATRIX_FLOPS)) {
                    matrices.put(DType.parse(words[0].substring(MATRIX_FLOPS.length())), positive(words[1]));
                } else if (words.length == 2 && words[0].startsWith(BANDWIDTH)) {
                    bandwidths.add(new Roofline.Bandwidth(Long.parseLong(words[0].substring(BANDWIDTH.length())),
                            positive(words[1])));
                }
            }
            return Double.isNaN(flops) || bandwidths.isEmpty() ? null : new Roofline(flops, matrices, bandwidths);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("The roofline in {} is measured anew, since it cannot be read: {}", file, e.getMessage());
            return null;
        }
    }

    private static double positive(String text) {
        double value = Double.parseDouble(text);
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(text + " is no rate");
        }
        return value;
    }

    private void write(Target target, Roofline roofline) {
        if (folder == null) {
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(FLOPS + "=" + roofline.flopsPerSecond());
        roofline.matrixFlopsPerSecond().forEach((dtype, rate) -> lines.add(MATRIX_FLOPS + dtype.id() + "=" + rate));
        roofline.bandwidths().forEach(bandwidth -> lines.add(
                BANDWIDTH + bandwidth.workingSetBytes() + "=" + bandwidth.bytesPerSecond()));
        Path file = folder.resolve(fileName(target));
        try {
            Files.createDirectories(folder);
            Path draft = Files.createTempFile(folder, ".roofline", ".tmp");
            try {
                Files.write(draft, lines);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            LOG.warn("The roofline could not be kept in {}, and is measured again in the next process: {}", file,
                    e.getMessage());
        }
    }
}
