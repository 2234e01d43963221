package dev.kernelwright.cli;

import dev.kernelwright.cache.PackException;
import dev.kernelwright.cache.PackManifest;
import dev.kernelwright.cache.PackWriter;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a pack that is written says of itself, and where it goes. */
final class PackLabelOptions {
    private static final String SUFFIX = ".kwpack";

    @Option(names = {"-o", "--out"}, paramLabel = "FILE", required = true,
            description = "The pack to write, NAME.kwpack.")
    private Path out = Path.of("");
    @Option(names = "--sequence", paramLabel = "N", description = "The edition, higher than that of each before it:"
            + " users refuse one that is lower. Default: 1.")
    private long sequence = 1;
    @Option(names = "--license", paramLabel = "TEXT", required = true,
            description = "What the kernels may be used for, for example Apache-2.0.")
    private String license = "";
    @Option(names = "--valid-for", paramLabel = "DAYS",
            description = "After so many days it is refused. Default: never.")
    private @Nullable Integer validDays;

    /** Writes the pack, not yet signed, and says so. */
    int write(List<TuningRecord> records, Console console, boolean json) {
        String fileName = String.valueOf(out.getFileName());
        if (!fileName.endsWith(SUFFIX)) {
            throw new InputException("a pack was to be written to " + out + ", whose name does not end with " + SUFFIX
                    + ": call it NAME" + SUFFIX);
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        PackWriter.Label label = new PackWriter.Label(
                fileName.substring(0, fileName.length() - SUFFIX.length()), sequence, now,
                validDays == null ? null : now.plus(Duration.ofDays(validDays)), license);
        try {
            PackManifest manifest = PackWriter.write(out.toAbsolutePath(), label, records);
            if (json) {
                console.json(Json.object().put("pack", out.toString()).put("records", manifest.records().size())
                        .put("sequence", manifest.sequence()));
            } else {
                console.line(manifest.records().size() + (manifest.records().size() == 1 ? " record" : " records")
                        + " written to " + out + "; sign it with 'kernelwright cache sign " + out + "'");
            }
            return ExitCode.SUCCESS;
        } catch (PackException e) {
            throw InputException.of(e);
        } catch (FileAlreadyExistsException e) {
            throw new InputException("a pack was to be written to " + out + ", which is there already: move it away, or"
                    + " choose another name", e);
        } catch (IOException e) {
            throw new InputException("a pack was to be written to " + out + ", which failed (" + e
                    + "): choose a place where you may write", e);
        }
    }
}
