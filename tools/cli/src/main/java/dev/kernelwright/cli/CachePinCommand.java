package dev.kernelwright.cli;

import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Pins a record. */
@Command(name = "pin",
        description = "Pin a record: it is not evicted, not replaced, and goes before those of other layers.",
        footer = {"", "Exit codes: 0 done, 2 bad usage or input."})
final class CachePinCommand implements Callable<Integer> {
    /** A target that asks for no driver, so that the newest record will do. */
    static final Target ANY = new Target(List.of());

    private final Console console;

    @Parameters(paramLabel = "KEYPREFIX", description = "The first digits of the record's key.")
    private String prefix = "";
    @Option(names = "--remove", description = "Remove the pin.")
    private boolean remove;
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CachePinCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (LayeredStore layers = cache.openLayered(); DirectoryStore own = cache.open()) {
            KernelKey key = RecordKeys.find(layers, prefix);
            StoredRecord stored = layers.find(key, ANY).orElseThrow(() -> new InputException("the record " + key
                    + " was asked for, but it went while it was looked at: try again"));
            if (remove) {
                own.unpin(key);
            } else {
                own.pin(stored);
            }
            if (output.json()) {
                console.json(
                        Json.object().put("key", key.digest()).put("pinned", !remove).put("layer", stored.layer()));
            } else {
                console.line(
                        key + (remove ? " is not pinned any more" : " is pinned to its record in " + stored.layer()));
            }
            return ExitCode.SUCCESS;
        } catch (IOException e) {
            throw InputException.of(e);
        }
    }
}
