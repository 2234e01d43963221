package dev.kernelwright.cli;

import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the findings of a cache to a pack: its kernels, and for which keys nothing beats the baseline. */
@Command(name = "export", description = "Write what was tuned to a pack: the kernels, and where the baseline is best.",
        footer = {"", "The pack is to be signed before others can use it.",
                "That the baseline is best is written if this version found it, and holds for this version alone.",
                "Exit codes: 0 written, 2 bad usage or input, or no record fits."})
final class CacheExportCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--target", paramLabel = "FIELD=VALUE", description = "Only what was found for this, for"
            + " example backend=cuda or architecture=sm_90; all that are given must fit.")
    private final Map<String, String> target = new LinkedHashMap<>();
    @Mixin
    private final PackLabelOptions label = new PackLabelOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheExportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<TuningRecord> records = new ArrayList<>();
        Instant now = Instant.now();
        try (DirectoryStore _ = cache.openExisting()) {
            for (StoredFiles.StoredFile file : StoredFiles.readAll(cache.location().folder())) {
                TuningRecord record = file.record();
                if (file.sound() && record != null && record.isBelieved(now) && fits(record)) {
                    records.add(lasting(record));
                }
            }
            return label.write(records, console, output.json());
        } catch (IOException e) {
            throw new InputException("the records in " + cache.location().folder() + " could not be listed: " + e, e);
        }
    }

    /** Here a finding is looked at again in some days; whoever runs from packs alone has nobody to do that. */
    private static TuningRecord lasting(TuningRecord record) {
        return new TuningRecord(record.key(), record.target(), record.kernel(), record.evaluation(),
                record.provenance(), record.created(), null, record.baseline());
    }

    private boolean fits(TuningRecord record) {
        return target.entrySet().stream()
                .allMatch(wanted -> record.target().value(wanted.getKey()).equals(Optional.of(wanted.getValue())));
    }
}
