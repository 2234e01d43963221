package dev.kernelwright.cli;

import dev.kernelwright.cache.Pack;
import dev.kernelwright.cache.PackException;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.spi.TuningRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes the kernels of several packs to one. */
@Command(name = "merge", description = "Write the kernels of several packs to one, of two for one key the later.",
        footer = {"",
                "Whoever signs the new pack vouches for all: 'kernelwright cache verify PACK' says who signed each.",
                "Exit codes: 0 written, 2 bad usage or input, or one of them is damaged."})
final class CacheMergeCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "PACK", arity = "1..*", description = "The packs.")
    private List<Path> packs = List.of();
    @Mixin
    private final PackLabelOptions label = new PackLabelOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheMergeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        List<TuningRecord> records = new ArrayList<>();
        for (Path file : packs) {
            try (Pack pack = Pack.openUntrusted(file)) {
                for (String name : pack.manifest().records()) {
                    records.add(pack.record(name));
                }
            } catch (PackException e) {
                throw InputException.of(e);
            } catch (IOException e) {
                throw new InputException("the pack " + file + " could not be read: " + e, e);
            }
        }
        return label.write(records, console, output.json());
    }
}
