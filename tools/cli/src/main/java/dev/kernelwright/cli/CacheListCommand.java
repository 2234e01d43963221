package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists the records of a cache. */
@Command(name = "list", description = "List the records.", footer = {"", "Exit codes: 0 listed, 2 bad usage or input."})
final class CacheListCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    CacheListCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Optional<DirectoryStore> opened = cache.openIfThere();
        List<TuningRecord> records = List.of();
        if (opened.isPresent()) {
            try (DirectoryStore store = opened.get()) {
                records = store.keys().stream().flatMap(key -> store.find(key).stream()).toList();
            }
        }
        if (output.json()) {
            ObjectNode json = Json.object().put("cache", cache.location().folder().toString());
            ArrayNode list = json.putArray("records");
            records.forEach(record -> put(list.addObject(), record));
            console.json(json);
        } else {
            print(records);
        }
        return ExitCode.SUCCESS;
    }

    private void print(List<TuningRecord> records) {
        if (!records.isEmpty()) {
            Table table = new Table("key", "workload", "target", ">time", ">x", "created");
            for (TuningRecord record : records) {
                boolean tuned = record.kernel() != null;
                table.row(record.key().toString(), RecordKeys.workloadText(record.key()), target(record),
                        tuned ? Figures.time(Verdict.medianNanos(record.evaluation().kernel())) : "baseline",
                        tuned ? Figures.ratio(record.evaluation().speedup()) : Figures.UNKNOWN,
                        record.created().truncatedTo(ChronoUnit.SECONDS).toString());
            }
            console.lines(table.lines());
        }
        console.line(records.size() + (records.size() == 1 ? " record in " : " records in ")
                + cache.location().folder());
    }

    /** Returns what tells one machine from another for people; the whole target is in the record. */
    private static String target(TuningRecord record) {
        return record.target().fields().stream()
                .filter(field -> List.of("backend", "cpu", "device").contains(field.name()))
                .map(Target.Field::value).collect(Collectors.joining(": "));
    }

    private static void put(ObjectNode node, TuningRecord record) {
        node.put("key", record.key().digest()).put("workload", RecordKeys.workloadText(record.key()))
                .put("tuned", record.kernel() != null).put("created", record.created().toString())
                .put("expires", record.expires() == null ? null : record.expires().toString());
        Verdict.put(node.putObject("evaluation"), record.evaluation());
        ObjectNode target = node.putObject("target");
        record.target().fields().forEach(field -> target.put(field.name(), field.value()));
        Json.put(node, "provenance", record.provenance());
    }
}
