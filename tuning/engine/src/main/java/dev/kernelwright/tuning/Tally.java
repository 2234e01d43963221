package dev.kernelwright.tuning;

import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelBinary;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.verify.SpeedRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What has come of a job's candidates: the best ones, how many failed for which reason, and an example of each. */
final class Tally {
    private static final int MAX_CONTENDERS = 3;
    private static final int MAX_MESSAGE_CHARS = 400;

    private final List<Contender> contenders = new ArrayList<>();
    private final Map<ReasonCode, Integer> rejections = new EnumMap<>(ReasonCode.class);
    private final Map<ReasonCode, String> examples = new EnumMap<>(ReasonCode.class);
    private int tried;
    private int duplicates;
    private @Nullable Evaluation closest;
    private @Nullable Evaluation lastRejection;

    /**
     * A candidate that beat the baseline.
     *
     * @param number its number among the candidates, from 1
     * @param generator who proposed it
     * @param source the source
     * @param binary what it was compiled to
     * @param evaluation the verdict
     * @param judgedNanos how long that took
     */
    record Contender(int number, String generator, KernelSource source, KernelBinary binary, Evaluation evaluation,
            long judgedNanos) {}

    /** Counts a candidate, on which the verdict took so long, and returns its number. */
    int add(String generator, KernelSource source, KernelEvaluator.Trial trial, long judgedNanos) {
        tried++;
        Evaluation evaluation = trial.evaluation();
        if (evaluation.accepted() && trial.binary() != null) {
            contenders.add(new Contender(tried, generator, source, trial.binary(), evaluation, judgedNanos));
            contenders.sort(Comparator.comparingDouble(contender -> SpeedRule.relativeTime(contender.evaluation)));
            if (contenders.size() > MAX_CONTENDERS) {
                contenders.removeLast();
            }
        } else {
            reject(evaluation);
        }
        return tried;
    }

    /** Counts a rejection; also one of a contender that was not confirmed. */
    void reject(Evaluation evaluation) {
        rejections.merge(evaluation.reason(), 1, Integer::sum);
        examples.putIfAbsent(evaluation.reason(), shorten(evaluation.message()));
        if (evaluation.reason() != ReasonCode.NOT_FASTER) {
            lastRejection = evaluation;
        } else if (closest == null || SpeedRule.relativeTime(evaluation) < SpeedRule.relativeTime(closest)) {
            closest = evaluation;
        }
    }

    void addDuplicate() {
        duplicates++;
    }

    int tried() {
        return tried;
    }

    /** Returns the candidates that beat the baseline, the fastest first. */
    List<Contender> contenders() {
        return List.copyOf(contenders);
    }

    /** Returns the fastest of them. */
    Optional<Contender> best() {
        return contenders.isEmpty() ? Optional.empty() : Optional.of(contenders.getFirst());
    }

    /**
     * Returns whether it is open if a kernel beats the baseline: every candidate ran out of time, or one that beat it
     * could not be confirmed in time. That is not to be remembered, since the machine may just have been busy.
     */
    boolean isUndecided() {
        boolean ranOutOfTime = rejections.containsKey(ReasonCode.TIMEOUT);
        return ranOutOfTime && (rejections.size() == 1 || !contenders.isEmpty());
    }

    /** Returns why a candidate could not be tried, which leaves open if it beats the baseline, or null if all could be. */
    @Nullable String memoryShortage() {
        return examples.get(ReasonCode.NO_MEMORY);
    }

    /** Returns what a job without a winner ends with: the fastest right kernel, else the last rejection. */
    Evaluation failure() {
        if (closest != null) {
            return closest;
        }
        return lastRejection != null
                ? lastRejection
                : Evaluation.rejected(ReasonCode.NOT_FASTER, "no generator proposed a kernel");
    }

    /** Adds the counts to a record's provenance. */
    void describe(Map<String, String> provenance) {
        provenance.put("candidates", Integer.toString(tried));
        if (duplicates > 0) {
            provenance.put("duplicates", Integer.toString(duplicates));
        }
        rejections.forEach((reason, count) -> {
            provenance.put("rejected." + reason, Integer.toString(count));
            provenance.put("rejected." + reason + ".example", examples.getOrDefault(reason, ""));
        });
    }

    private static String shorten(String message) {
        return message.length() <= MAX_MESSAGE_CHARS ? message : message.substring(0, MAX_MESSAGE_CHARS) + " ...";
    }
}
