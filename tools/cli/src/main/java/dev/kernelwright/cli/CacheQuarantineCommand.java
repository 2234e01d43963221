package dev.kernelwright.cli;

import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.StoredRecord;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sets a record aside. */
@Command(name = "quarantine",
        description = "Set a record aside, so that it is not used: the cache's own is moved to its"
                + " folder quarantine, one of a pack or another layer is shadowed.",
        footer = {"", "Exit codes: 0 done, 2 bad usage or input."})
final class CacheQuarantineCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "KEYPREFIX", description = "The first digits of the record's key.")
    private String prefix = "";
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheQuarantineCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (LayeredStore layers = cache.openLayered()) {
            KernelKey key = RecordKeys.find(layers, prefix);
            StoredRecord stored = layers.find(key, CachePinCommand.ANY).orElseThrow(() -> new InputException(
                    "the record " + key + " was asked for, but it went while it was looked at: try again"));
            layers.setAside(stored, "set aside by hand");
            if (output.json()) {
                console.json(Json.object().put("key", key.digest()).put("layer", stored.layer()));
            } else {
                console.line("the record " + key + " of " + stored.layer() + " is not used any more");
            }
            return ExitCode.SUCCESS;
        } catch (IOException e) {
            throw InputException.of(e);
        }
    }
}
