package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.RuntimeStatistics;
import dev.kernelwright.cache.LayeredStore;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Times the tuned kernel, the baseline on all threads and on one, in turn, against the roofline floor. */
@Command(name = "bench", description = "Time the tuned kernel and the baseline, in turn, against the roofline floor.",
        footer = {"",
                "A workload with ranges is timed at their upper ends. The baseline on one thread is a plain loop.",
                "Nothing is tuned: what has no kernel in the cache is timed with the baseline alone.",
                "Exit codes: 0 timed, 2 bad usage or input."})
final class BenchCommand implements Callable<Integer> {
    private static final String FILE_SUFFIX = ".json";

    private final Console console;

    @Parameters(paramLabel = "WORKLOAD", description = "An op with its axes and attributes, in quotes, for example"
            + " 'rms_norm(rows=1,cols=4096)'; or a file of workloads, as for warmup, that ends in " + FILE_SUFFIX + ".")
    private String subject = "";
    @Mixin
    private final DtypeOption dtype = new DtypeOption();
    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();
    @Mixin
    private final OutputOptions output = new OutputOptions();

    @Option(names = "--seconds", paramLabel = "N", defaultValue = "2",
            description = "How long to time each workload, after a warm-up. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        boolean isFile = subject.endsWith(FILE_SUFFIX);
        List<Workload> workloads = isFile
                ? WorkloadsFile.read(Path.of(subject))
                : List.of(WorkloadParameter.parse(subject, dtype.value()));
        if (!(seconds > 0 && seconds <= 3600)) {
            throw new InputException("--seconds " + seconds + " was given: choose a time above 0 and up to 3600");
        }
        Optional<LayeredStore> opened = cache.openLayeredIfThere();
        List<BenchReport> reports = new ArrayList<>();
        try (KernelStore store = opened.isPresent() ? opened.get() : new NoStore();
                WorkloadBench bench = new WorkloadBench(store, device, Duration.ofNanos((long) (seconds * 1e9)))) {
            for (Workload workload : workloads) {
                BenchReport report = bench.measure(workload);
                reports.add(report);
                if (!output.json()) {
                    console.lines(report.lines());
                }
            }
            if (isFile) {
                summarize(reports, bench.statistics());
            } else if (output.json()) {
                console.json(reports.getFirst().toJson());
            }
        }
        return ExitCode.SUCCESS;
    }

    private void summarize(List<BenchReport> reports, RuntimeStatistics statistics) {
        if (output.json()) {
            ObjectNode json = Json.object().put("hits", statistics.hits()).put("misses", statistics.misses())
                    .put("tuned", statistics.tuned());
            ArrayNode list = json.putArray("workloads");
            reports.forEach(report -> list.add(report.toJson()));
            console.json(json);
            return;
        }
        console.line("");
        console.lines(BenchReport.summary(reports));
        console.line(statistics.hits() + " hits, " + statistics.misses() + " misses, " + statistics.tuned() + " tuned");
    }
}
