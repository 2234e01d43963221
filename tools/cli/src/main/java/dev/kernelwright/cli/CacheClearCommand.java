package dev.kernelwright.cli;

import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.KernelKey;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes records, once it is told that this is meant. */
@Command(name = "clear", description = "Delete every record, or one.",
        footer = {"", "Exit codes: 0 deleted, or there was nothing; 2 bad usage or input, or --yes is missing."})
final class CacheClearCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "KEYPREFIX", arity = "0..1", description = "The first digits of the key of one record.")
    private @Nullable String prefix;
    @Option(names = "--yes", description = "Delete; without it nothing is.")
    private boolean yes;
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheClearCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        String folder = cache.location().folder().toString();
        Optional<DirectoryStore> opened = prefix == null ? cache.openIfThere() : Optional.of(cache.openExisting());
        int deleted = 0;
        if (opened.isPresent()) {
            try (DirectoryStore store = opened.get()) {
                List<KernelKey> keys = prefix == null ? store.keys() : List.of(RecordKeys.find(store, prefix));
                if (!keys.isEmpty() && !yes) {
                    throw new InputException(count(keys.size()) + " in " + folder
                            + " would be deleted: add --yes if that is meant");
                }
                deleted = delete(store, keys);
            }
        }
        if (output.json()) {
            console.json(Json.object().put("cache", folder).put("deleted", deleted));
        } else {
            console.line(count(deleted) + " deleted from " + folder);
        }
        return ExitCode.SUCCESS;
    }

    private static int delete(DirectoryStore store, List<KernelKey> keys) {
        int deleted = 0;
        for (KernelKey key : keys) {
            try {
                deleted += store.remove(key) ? 1 : 0;
            } catch (IOException e) {
                throw new InputException(count(deleted) + " deleted, then: " + e.getMessage(), e);
            }
        }
        return deleted;
    }

    private static String count(int records) {
        return records + (records == 1 ? " record" : " records");
    }
}
