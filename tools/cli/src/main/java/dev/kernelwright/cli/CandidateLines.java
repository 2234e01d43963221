package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.ProgressBar;
import dev.kernelwright.spi.Evaluation;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The candidates of a tuning as they are tried: a line each, and a bar for the budget. */
final class CandidateLines implements AutoCloseable {
    private final Console console;
    private final ProgressBar bar;
    private int tried;
    private double bestSpeedup = Double.NaN;

    CandidateLines(Console console) {
        this.console = console;
        this.bar = new ProgressBar(console);
    }

    /** Prints the headings, and shows that something has begun. */
    synchronized void begin() {
        console.line(format("#", "parameters", "time", "x", "verdict"));
        bar.show(0, "starting a trial worker");
    }

    /** Prints a candidate. */
    synchronized void add(RuntimeEvent.Candidate candidate) {
        Evaluation evaluation = candidate.evaluation();
        String verdict = evaluation.reason().name()
                + (evaluation.kernel() == null ? ": " + evaluation.message().lines().findFirst().orElse("") : "");
        console.line(format(Integer.toString(candidate.number()), parameters(candidate.source().parameters()),
                Figures.time(Verdict.medianNanos(evaluation.kernel())), Figures.ratio(evaluation.speedup()), verdict));
        progress(candidate);
    }

    /** Draws the bar alone. */
    synchronized void progress(RuntimeEvent.Candidate candidate) {
        tried++;
        Evaluation evaluation = candidate.evaluation();
        if (evaluation.accepted() && !(evaluation.speedup() <= bestSpeedup)) {
            bestSpeedup = evaluation.speedup();
        }
        bar.show(candidate.spent(), tried + " tried, best " + Figures.ratio(bestSpeedup));
    }

    /** Puts a candidate into a list. */
    static void put(ArrayNode list, RuntimeEvent.Candidate candidate) {
        ObjectNode node = list.addObject().put("number", candidate.number());
        ObjectNode parameters = node.putObject("parameters");
        candidate.source().parameters().forEach(parameters::put);
        Verdict.put(node, candidate.evaluation());
    }

    private static String parameters(Map<String, Long> parameters) {
        return parameters.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }

    private static String format(String number, String parameters, String time, String speedup, String verdict) {
        return String.format(Locale.ROOT, "%4s  %-42s  %9s  %7s  %s", number, parameters, time, speedup, verdict)
                .stripTrailing();
    }

    /** Takes the bar away. */
    void end() {
        bar.close();
    }

    @Override
    public void close() {
        end();
    }
}
