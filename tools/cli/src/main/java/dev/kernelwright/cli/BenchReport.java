package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.Device;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Timing;
import java.util.ArrayList;
import java.util.List;

/**
 * What a bench found.
 *
 * @param inputSets how many sets of buffers the calls took in turn
 * @param floorNanos the time below which no kernel can be
 * @param note why there is no tuned kernel among the results, or what is to be said of it; empty if nothing is
 */
record BenchReport(Workload workload, Device device, int inputSets, double floorNanos, List<Result> results,
        String note) {
    static final String TUNED = "tuned";
    static final String BASELINE = "baseline";
    static final String ONE_THREAD = "baseline on one thread";

    /** The times of one contender. */
    record Result(String name, int threads, Timing timing) {}

    private double nanos(String name) {
        return results.stream().filter(result -> result.name().equals(name))
                .mapToDouble(result -> result.timing().medianNanos()).findFirst().orElse(Double.NaN);
    }

    private double speedupOver(String name) {
        return nanos(name) / nanos(TUNED);
    }

    private long flops() {
        return workload.flops(workload.signature().maxAxes());
    }

    private long bytes() {
        return workload.bytes(workload.signature().maxAxes());
    }

    /** Returns the report for people. An operation or a byte a nanosecond is a thousand million a second. */
    List<String> lines() {
        long setBytes = workload.signature().totalBytes(workload.signature().maxAxes());
        List<String> lines = new ArrayList<>();
        lines.add(
                workload + " on " + device + ", " + inputSets + (inputSets == 1 ? " set" : " sets") + " of buffers of "
                        + Figures.bytes(setBytes));
        if (!note.isEmpty()) {
            lines.add((Double.isFinite(nanos(TUNED)) ? "note: " : "only the baseline is timed: ") + note);
        }
        Table table = new Table("", ">threads", ">median", ">min", ">spread", ">GFLOP/s", ">GB/s", ">of floor");
        table.row("roofline floor", "", Figures.time(floorNanos), "", "", Figures.digits(flops() / floorNanos),
                Figures.digits(bytes() / floorNanos), Figures.percent(1));
        for (Result result : results) {
            Timing timing = result.timing();
            double nanos = timing.medianNanos();
            table.row(result.name(), Integer.toString(result.threads()), Figures.time(nanos),
                    Figures.time(timing.minNanos()), Figures.percent(timing.relativeSpread()),
                    Figures.digits(flops() / nanos), Figures.digits(bytes() / nanos),
                    Figures.percent(floorNanos / nanos));
        }
        lines.addAll(table.lines());
        if (Double.isFinite(nanos(TUNED))) {
            lines.add("the tuned kernel is " + Figures.ratio(speedupOver(BASELINE)) + " as fast as the baseline"
                    + (Double.isFinite(nanos(ONE_THREAD))
                            ? " and " + Figures.ratio(speedupOver(ONE_THREAD)) + " as fast as that on one thread"
                            : ""));
        }
        return lines;
    }

    /** Returns a table of several reports, a line each. */
    static List<String> summary(List<BenchReport> reports) {
        Table table = new Table("workload", ">floor", ">tuned", ">baseline", ">x", ">of floor");
        for (BenchReport report : reports) {
            boolean isTuned = Double.isFinite(report.nanos(TUNED));
            table.row(report.workload.toString(), Figures.time(report.floorNanos),
                    isTuned ? Figures.time(report.nanos(TUNED)) : Figures.UNKNOWN,
                    Figures.time(report.nanos(BASELINE)),
                    isTuned ? Figures.ratio(report.speedupOver(BASELINE)) : Figures.UNKNOWN,
                    isTuned ? Figures.percent(report.floorNanos / report.nanos(TUNED)) : Figures.UNKNOWN);
        }
        return table.lines();
    }

    /** Returns the report for programs. */
    ObjectNode toJson() {
        ObjectNode json = Json.object().put("workload", workload.toString()).put("device", device.name())
                .put("model", device.description().model()).put("flops", flops()).put("bytes", bytes())
                .put("inputSets", inputSets).put("note", note);
        Json.put(json, "floorNanos", floorNanos);
        ArrayNode list = json.putArray("results");
        for (Result result : results) {
            Timing timing = result.timing();
            ObjectNode node = list.addObject().put("name", result.name()).put("threads", result.threads())
                    .put("samples", timing.samples());
            Json.put(node, "medianNanos", timing.medianNanos());
            Json.put(node, "minNanos", timing.minNanos());
            Json.put(node, "lowNanos", timing.lowNanos());
            Json.put(node, "highNanos", timing.highNanos());
            Json.put(node, "gigaflopsPerSecond", flops() / timing.medianNanos());
            Json.put(node, "gigabytesPerSecond", bytes() / timing.medianNanos());
            Json.put(node, "fractionOfFloor", floorNanos / timing.medianNanos());
        }
        Json.put(json, "speedup", speedupOver(BASELINE));
        Json.put(json, "speedupOverOneThread", speedupOver(ONE_THREAD));
        return json;
    }
}
