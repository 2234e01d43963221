package dev.kernelwright.cli;

import dev.kernelwright.cache.CacheLayers;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.PackException;
import dev.kernelwright.cache.PackManifest;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes a pack a layer of the cache. */
@Command(name = "import", description = "Add a pack that a trusted key has signed to the cache, below its own records.",
        footer = {"", "It replaces an earlier edition of the same name.",
                "Exit codes: 0 imported, 1 it is refused, 2 bad usage or input."})
final class CacheImportCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "PACK", description = "The pack.")
    private Path pack = Path.of("");
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheImportCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Path folder = cache.location().folder();
        try (DirectoryStore store = cache.open()) {
            PackManifest manifest = CacheLayers.importPack(Path.of(store.location()), pack, Instant.now());
            if (output.json()) {
                console.json(Json.object().put("name", manifest.name()).put("records", manifest.records().size())
                        .put("sequence", manifest.sequence()).put("license", manifest.license())
                        .put("cache", folder.toString()));
            } else {
                console.line("the pack " + manifest.name() + ", edition " + manifest.sequence() + ", with "
                        + manifest.records().size() + " records under " + manifest.license() + " is imported into "
                        + folder + "; each is rechecked before its first use");
            }
            return ExitCode.SUCCESS;
        } catch (PackException e) {
            String reason = "the pack " + pack + " is refused: " + e.getMessage();
            console.error(reason);
            if (output.json()) {
                console.json(Json.object().put("error", reason));
            }
            return ExitCode.NEGATIVE;
        } catch (IOException e) {
            throw new InputException("the pack " + pack + " could not be imported into " + folder + " (" + e
                    + "): name a pack that can be read, and a cache that can be written", e);
        }
    }
}
