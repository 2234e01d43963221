package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.CompileOnly.Candidate;
import dev.kernelwright.cli.CompileOnly.Kernel;
import dev.kernelwright.cli.CompileOnly.Outcome;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.cli.output.Table;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * What was compiled for an architecture, for people and for programs: of one workload each candidate, of several a line
 * each.
 */
record CompileOnlyReport(String architecture, String compiler, List<Outcome> outcomes) {

    List<String> lines() {
        List<String> lines = new ArrayList<>(outcomes.size() == 1 ? candidates(outcomes.getFirst()) : workloads());
        lines.add("");
        for (Outcome outcome : outcomes) {
            if (outcome.compiling().isEmpty()) {
                lines.add(outcome.workload() + ": no candidate compiles; " + firstRejection(outcome));
            }
        }
        lines.add(outcomes.stream().mapToInt(outcome -> outcome.compiling().size()).sum() + " of "
                + outcomes.stream().mapToInt(outcome -> outcome.candidates().size()).sum() + " candidates compile for "
                + architecture + " with " + compiler
                + "; nothing is stored, since a record needs a verdict and times, which"
                + " only such a device gives");
        return lines;
    }

    private static String firstRejection(Outcome outcome) {
        return outcome.rejected().isEmpty()
                ? "there is no template for it"
                : "the first is rejected: " + rejection(outcome.rejected().getFirst());
    }

    private static String rejection(Candidate.Rejected candidate) {
        return candidate.reason() + ": " + candidate.message().lines().findFirst().orElse("");
    }

    private static List<String> candidates(Outcome outcome) {
        Table table = new Table(">#", "parameters", "kernel", ">registers", ">spills", ">stack", ">shared", "verdict");
        int number = 0;
        for (Candidate candidate : outcome.candidates()) {
            number++;
            String parameters = candidate.source().parameters().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining(" "));
            switch (candidate) {
                case Candidate.Rejected rejected -> table.row(Integer.toString(number), parameters, "", "", "", "", "",
                        rejection(rejected));
                case Candidate.Compiles(KernelSource _, List<Kernel> kernels) -> {
                    for (int step = 0; step < kernels.size(); step++) {
                        Kernel kernel = kernels.get(step);
                        boolean isFirst = step == 0;
                        table.row(isFirst ? Integer.toString(number) : "", isFirst ? parameters : "",
                                kernel.resources().entry(), Integer.toString(kernel.resources().registers()),
                                bytes(kernel.resources().spillBytes()), bytes(kernel.resources().stackBytes()),
                                bytes(kernel.sharedBytes()), "compiles");
                    }
                }
            }
        }
        return table.lines();
    }

    private List<String> workloads() {
        Table table = new Table("workload", ">candidates", ">compile", ">registers", ">spills", ">stack", ">shared",
                "rejected");
        for (Outcome outcome : outcomes) {
            Map<ReasonCode, Long> rejected = outcome.rejected().stream()
                    .collect(Collectors.groupingBy(Candidate.Rejected::reason, TreeMap::new, Collectors.counting()));
            table.row(outcome.workload().toString(), Integer.toString(outcome.candidates().size()),
                    Integer.toString(outcome.compiling().size()),
                    range(outcome, kernel -> kernel.resources().registers(), false),
                    range(outcome, kernel -> kernel.resources().spillBytes(), true),
                    range(outcome, kernel -> kernel.resources().stackBytes(), true),
                    range(outcome, Kernel::sharedBytes, true),
                    rejected.entrySet().stream().map(entry -> entry.getValue() + " " + entry.getKey())
                            .collect(Collectors.joining(", ")));
        }
        return table.lines();
    }

    /** Returns the least and the most of all kernels that compile. */
    private static String range(Outcome outcome, ToLongFunction<Kernel> figure, boolean isBytes) {
        LongSummaryStatistics all = outcome.compiling().stream().flatMap(candidate -> candidate.kernels().stream())
                .mapToLong(figure).summaryStatistics();
        if (all.getCount() == 0) {
            return Figures.UNKNOWN;
        }
        String least = isBytes ? bytes(all.getMin()) : Long.toString(all.getMin());
        String most = isBytes ? bytes(all.getMax()) : Long.toString(all.getMax());
        return least.equals(most) ? least : least + ".." + most;
    }

    private static String bytes(long bytes) {
        return bytes == 0 ? "0" : Figures.bytes(bytes);
    }

    ObjectNode json() {
        ObjectNode json = Json.object().put("target", architecture).put("compiler", compiler);
        ArrayNode list = json.putArray("workloads");
        for (Outcome outcome : outcomes) {
            ObjectNode node = list.addObject().put("workload", outcome.workload().toString())
                    .put("compiling", outcome.compiling().size());
            ArrayNode candidates = node.putArray("candidates");
            outcome.candidates().forEach(candidate -> put(candidates.addObject(), candidate));
        }
        return json;
    }

    private static void put(ObjectNode node, Candidate candidate) {
        ObjectNode parameters = node.putObject("parameters");
        candidate.source().parameters().forEach(parameters::put);
        switch (candidate) {
            case Candidate.Rejected(KernelSource _, ReasonCode reason, String message) -> node.put("compiles", false)
                    .put("reason", reason.name()).put("message", message);
            case Candidate.Compiles(KernelSource _, List<Kernel> kernels) -> {
                ArrayNode list = node.put("compiles", true).putArray("kernels");
                for (Kernel kernel : kernels) {
                    list.addObject().put("entry", kernel.resources().entry())
                            .put("registers", kernel.resources().registers())
                            .put("spillBytes", kernel.resources().spillBytes())
                            .put("stackBytes", kernel.resources().stackBytes())
                            .put("sharedBytes", kernel.sharedBytes());
                }
            }
        }
    }
}
