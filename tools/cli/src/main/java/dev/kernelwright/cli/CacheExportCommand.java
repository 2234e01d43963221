package dev.kernelwright.cli;

import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the kernels of a cache to a pack. */
@Command(name = "export", description = "Write the tuned kernels to a pack.",
        footer = {"", "The pack is to be signed before others can use it.",
                "Exit codes: 0 written, 2 bad usage or input, or no kernel fits."})
final class CacheExportCommand implements Callable<Integer> {
    private final Console console;

    @Option(names = "--target", paramLabel = "FIELD=VALUE", description = "Only kernels that were made for this, for"
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
        try (DirectoryStore _ = cache.openExisting()) {
            for (StoredFiles.StoredFile file : StoredFiles.readAll(cache.location().folder())) {
                TuningRecord record = file.record();
                if (file.sound() && record != null && record.kernel() != null && fits(record)) {
                    records.add(record);
                }
            }
            return label.write(records, console, output.json());
        } catch (IOException e) {
            throw new InputException("the records in " + cache.location().folder() + " could not be listed: " + e, e);
        }
    }

    private boolean fits(TuningRecord record) {
        return target.entrySet().stream()
                .allMatch(wanted -> record.target().value(wanted.getKey()).equals(Optional.of(wanted.getValue())));
    }
}
