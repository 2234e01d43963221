package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.CacheVerification.Checked;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads every record again, and loads every kernel that was made for this machine. */
@Command(name = "verify",
        description = "Read every record again, and load every kernel that was made for this machine; or look at a"
                + " pack.",
        footer = {"",
                "Nothing is moved or deleted. Exit codes: 0 all is sound, 1 something is not, 2 bad usage or input."})
final class CacheVerifyCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "PACK", arity = "0..1",
            description = "A pack to look at instead of the cache: who signed it,"
                    + " whether it would be imported, and whether each of its records is sound.")
    private @Nullable Path pack;
    @Option(names = "--run",
            description = "Also compile those kernels anew and check what they compute, which takes some"
                    + " seconds for each.")
    private boolean run;
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheVerifyCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (pack != null) {
            return new PackInspection(console, output.json()).inspect(pack, cache);
        }
        Optional<DirectoryStore> opened = cache.openIfThere();
        List<Checked> all = List.of();
        if (opened.isPresent()) {
            try (DirectoryStore store = opened.get();
                    CacheVerification verification = new CacheVerification(store, device, run)) {
                all = verification.verify(cache.location().folder());
            }
        }
        long unsound = all.stream().filter(checked -> !checked.sound()).count();
        if (output.json()) {
            ObjectNode json = Json.object().put("cache", cache.location().folder().toString())
                    .put("sound", all.size() - unsound).put("unsound", unsound);
            ArrayNode list = json.putArray("records");
            all.forEach(checked -> list.addObject().put("file", checked.file().toString())
                    .put("workload", checked.workload())
                    .put("sound", checked.sound()).put("detail", checked.detail()));
            console.json(json);
        } else {
            print(all, unsound);
        }
        return unsound == 0 ? ExitCode.SUCCESS : ExitCode.NEGATIVE;
    }

    /** Returns the beginning of the digest that a file is called by. */
    private static String name(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(0, Math.min(12, name.length()));
    }

    private void print(List<Checked> all, long unsound) {
        if (!all.isEmpty()) {
            Table table = new Table("record", "", "workload", "found");
            all.forEach(
                    checked -> table.row(name(checked.file()), checked.sound() ? "ok" : "UNSOUND", checked.workload(),
                            checked.detail()));
            console.lines(table.lines());
        }
        console.line((all.size() - unsound) + " sound, " + unsound + " unsound in " + cache.location().folder()
                + (unsound == 0 ? "" : "; what is unsound counts as missing, and is tuned again when it is asked for"));
    }
}
