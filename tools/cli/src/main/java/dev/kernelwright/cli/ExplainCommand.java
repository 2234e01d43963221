package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.StoredRecord;
import dev.kernelwright.spi.Target;
import dev.kernelwright.spi.TuningRecord;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says whether a workload has a record and, if not, what the nearest record was made for instead. */
@Command(name = "explain", description = "Say whether a workload hits, or which fields of its key missed.",
        footer = {"", "Exit codes: 0 a hit, 1 a miss, 2 bad usage or input."})
final class ExplainCommand implements Callable<Integer> {
    private static final String ABSENT = "(absent)";
    private static final String TARGET = "target.";

    private final Console console;

    @Mixin
    private final WorkloadParameter workloadParameter = new WorkloadParameter();
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Workload workload = workloadParameter.workload();
        Target target = target();
        KernelKey key = KernelKey.of(workload, target);
        ObjectNode json = Json.object().put("workload", workload.toString()).put("key", key.digest())
                .put("cache", cache.location().folder().toString());
        Optional<LayeredStore> opened = cache.openLayeredIfThere();
        if (opened.isEmpty()) {
            return miss(json, "there is no kernel cache at " + cache.location().folder());
        }
        try (LayeredStore store = opened.get()) {
            Optional<StoredRecord> found = store.find(key, target);
            if (found.isPresent() && found.get().record().isBelieved(Instant.now())) {
                return hit(json, workload, found.get(), target);
            }
            if (found.isPresent()) {
                TuningRecord record = found.get().record();
                return miss(json, record.isExpired(Instant.now())
                        ? "its record " + key + " expired at " + record.expires()
                                + ": tune it again, as the next program that binds it will"
                        : "its record " + key + " says that nothing beats the baseline, but another version of"
                                + " Kernelwright found that: tune it again, as the next program that binds it will");
            }
            Optional<TuningRecord> later = store.find(key);
            if (later.isPresent()) {
                return tooEarly(json, key, target, later.get());
            }
            Optional<KernelKey> nearest = nearest(key, store.keys());
            return nearest.isPresent()
                    ? miss(json, key, nearest.get(), store.location())
                    : miss(json, "the cache " + store.location() + " is empty");
        }
    }

    private Target target() {
        try (ComputeRuntime runtime = device.build(ComputeRuntime.builder().store(new NoStore())
                .missPolicy(MissPolicy.BASELINE_ONLY))) {
            return runtime.devices().getFirst().target();
        }
    }

    /** Says which fields of the target must be later than they are. */
    private int tooEarly(ObjectNode json, KernelKey key, Target target, TuningRecord record) {
        List<String> names = target.tooEarlyFor(record.target());
        if (output.json()) {
            json.put("hit", false).put("reason", "the record was made with a later driver or compiler")
                    .put("nearest", key.digest());
            ArrayNode differences = json.putArray("differences");
            names.forEach(name -> differences.addObject().put("field", TARGET + name)
                    .put("wanted", target.value(name).orElse(null))
                    .put("found", record.target().value(name).orElse(null))
                    .put("rule", "at least"));
            console.json(json);
            return ExitCode.NEGATIVE;
        }
        console.line(
                "miss: the record " + key + " was made with a later driver or compiler, for which this machine's is"
                        + " too early");
        Table table = new Table("field", "here", "needed");
        names.forEach(name -> table.row(TARGET + name, target.value(name).orElse(ABSENT),
                "at least " + record.target().value(name).orElse(ABSENT)));
        console.lines(table.lines());
        return ExitCode.NEGATIVE;
    }

    /** Returns the key with the fewest fields that differ; of several, one of the same op. */
    static Optional<KernelKey> nearest(KernelKey wanted, List<KernelKey> keys) {
        return keys.stream().min(Comparator.<KernelKey>comparingInt(key -> wanted.differences(key).size())
                .thenComparing(key -> wanted.differences(key).contains("op"))
                .thenComparing(KernelKey::digest));
    }

    private int hit(ObjectNode json, Workload workload, StoredRecord stored, Target target) {
        TuningRecord record = stored.record();
        List<String> moved = target.movedFrom(record.target());
        if (output.json()) {
            json.put("hit", true).put("layer", stored.layer()).put("imported", stored.imported());
            moved.forEach(json.putArray("moved")::add);
            Verdict.put(json.putObject("evaluation"), record.evaluation());
            console.json(json);
        } else {
            console.line("hit: " + workload + " has the record " + record.key() + ": " + Verdict.sentence(record)
                    + (stored.imported() ? "; it is from " + stored.layer() + " and rechecked at its first use" : ""));
            moved.forEach(name -> console.line("it was made with " + name + " "
                    + record.target().value(name).orElse(ABSENT) + ", and here is " + target.value(name).orElse(ABSENT)
                    + ": at its first use it is compiled anew and rechecked"));
        }
        return ExitCode.SUCCESS;
    }

    private int miss(ObjectNode json, String reason) {
        if (output.json()) {
            console.json(json.put("hit", false).put("reason", reason));
        } else {
            console.line("miss: " + reason);
        }
        return ExitCode.NEGATIVE;
    }

    private int miss(ObjectNode json, KernelKey key, KernelKey nearest, String location) {
        List<String> names = key.differences(nearest);
        if (output.json()) {
            json.put("hit", false).put("reason", "no record has this key").put("nearest", nearest.digest());
            ArrayNode differences = json.putArray("differences");
            names.forEach(name -> differences.addObject().put("field", name).put("wanted", key.fields().get(name))
                    .put("found", nearest.fields().get(name)));
            console.json(json);
            return ExitCode.NEGATIVE;
        }
        console.line("miss: no record in " + location + " has this key; the nearest, " + nearest + ", differs in "
                + names.size() + (names.size() == 1 ? " field" : " fields"));
        Table table = new Table("field", "wanted", "found");
        names.forEach(name -> table.row(name, shown(key, name), shown(nearest, name)));
        console.lines(table.lines());
        return ExitCode.NEGATIVE;
    }

    /** Returns a field's value; of a digest its beginning, which tells as much. */
    private static String shown(KernelKey key, String name) {
        String value = key.fields().getOrDefault(name, ABSENT);
        return value.matches("[0-9a-f]{64}") ? value.substring(0, 12) : value;
    }
}
