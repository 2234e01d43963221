package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cache.RecordCodec;
import dev.kernelwright.cache.RecordFormatException;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningRecord;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a record as it is stored, or the source of its kernel. */
@Command(name = "show", description = "Show a record: its JSON, or the source of its kernel.",
        footer = {"",
                "Exit codes: 0 shown, 1 the record has no kernel whose source could be shown, 2 bad usage or input."})
final class CacheShowCommand implements Callable<Integer> {
    private final Console console;

    @Parameters(paramLabel = "KEYPREFIX", description = "The first digits of the record's key.")
    private String prefix = "";
    @Option(names = "--source", description = "Show the source of the kernel alone.")
    private boolean source;
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheShowCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (DirectoryStore store = cache.openExisting()) {
            KernelKey key = RecordKeys.find(store, prefix);
            TuningRecord record = store.find(key).orElseThrow(() -> new InputException("the record " + key
                    + " was asked for, but it went while it was looked at: try again"));
            return source ? showSource(record) : showRecord(record);
        }
    }

    private int showRecord(TuningRecord record) {
        try {
            // As it is stored, which is JSON anyway.
            console.line(new String(RecordCodec.encode(record), StandardCharsets.UTF_8).stripTrailing());
            return ExitCode.SUCCESS;
        } catch (RecordFormatException e) {
            throw new InputException("the record " + record.key() + " was read but cannot be shown: " + e.getMessage(),
                    e);
        }
    }

    private int showSource(TuningRecord record) {
        TuningRecord.Kernel kernel = record.kernel();
        ObjectNode json = Json.object().put("key", record.key().digest());
        if (kernel == null) {
            String reason = "the record " + record.key() + " has no kernel: " + Verdict.sentence(record);
            console.error(reason);
            if (output.json()) {
                console.json(json.put("error", reason));
            }
            return ExitCode.NEGATIVE;
        }
        if (output.json()) {
            console.json(json.put("language", kernel.source().language()).put("source", kernel.source().text()));
        } else {
            console.line(kernel.source().text().stripTrailing());
        }
        return ExitCode.SUCCESS;
    }
}
