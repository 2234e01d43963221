package dev.kernelwright.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Figures;
import dev.kernelwright.cli.output.Json;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.Timing;
import dev.kernelwright.spi.TuningRecord;
import org.jspecify.annotations.Nullable;

/** What an evaluation says, in a sentence and in JSON. */
final class Verdict {
    private Verdict() {}

    /** Returns what a record promises, against the baseline and the floor. */
    static String sentence(TuningRecord record) {
        Evaluation evaluation = record.evaluation();
        if (record.kernel() == null) {
            return "the baseline stays" + (record.expires() == null ? "" : " until " + record.expires())
                    + ", as no kernel was found that could take its place; the best was " + evaluation.reason() + ", "
                    + evaluation.message();
        }
        double kernelNanos = medianNanos(evaluation.kernel());
        String floor = !Double.isFinite(evaluation.floorNanos())
                ? ""
                : "; the roofline floor is " + Figures.time(evaluation.floorNanos()) + " ("
                        + Figures.percent(evaluation.floorNanos() / kernelNanos) + " reached)";
        return "a tuned kernel, " + Figures.time(kernelNanos) + " a call, " + Figures.ratio(evaluation.speedup())
                + " as fast as the baseline's " + Figures.time(medianNanos(evaluation.baseline())) + floor;
    }

    /** Puts the figures of an evaluation. */
    static void put(ObjectNode object, Evaluation evaluation) {
        object.put("reason", evaluation.reason().name()).put("message", evaluation.message());
        Json.put(object, "worstErrorRatio", evaluation.worstErrorRatio());
        Json.put(object, "kernelNanos", medianNanos(evaluation.kernel()));
        Json.put(object, "baselineNanos", medianNanos(evaluation.baseline()));
        Json.put(object, "floorNanos", evaluation.floorNanos());
        Json.put(object, "speedup", evaluation.speedup());
    }

    static double medianNanos(@Nullable Timing timing) {
        return timing == null ? Double.NaN : timing.medianNanos();
    }
}
