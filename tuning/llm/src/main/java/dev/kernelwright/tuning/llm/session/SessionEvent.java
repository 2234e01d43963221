package dev.kernelwright.tuning.llm.session;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.kernelwright.spi.ReasonCode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Something that happened in a search. The events alone say what the search does next. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({@JsonSubTypes.Type(value = SessionEvent.Opened.class, name = "opened"),
        @JsonSubTypes.Type(value = SessionEvent.Baseline.class, name = "baseline"),
        @JsonSubTypes.Type(value = SessionEvent.Earlier.class, name = "earlier"),
        @JsonSubTypes.Type(value = SessionEvent.Rules.class, name = "rules"),
        @JsonSubTypes.Type(value = SessionEvent.Asked.class, name = "asked"),
        @JsonSubTypes.Type(value = SessionEvent.Answered.class, name = "answered"),
        @JsonSubTypes.Type(value = SessionEvent.Unusable.class, name = "unusable"),
        @JsonSubTypes.Type(value = SessionEvent.Understood.class, name = "understood"),
        @JsonSubTypes.Type(value = SessionEvent.Proposed.class, name = "proposed"),
        @JsonSubTypes.Type(value = SessionEvent.Compiled.class, name = "compiled"),
        @JsonSubTypes.Type(value = SessionEvent.Loaded.class, name = "loaded"),
        @JsonSubTypes.Type(value = SessionEvent.Judged.class, name = "judged"),
        @JsonSubTypes.Type(value = SessionEvent.Resumed.class, name = "resumed"),
        @JsonSubTypes.Type(value = SessionEvent.Ended.class, name = "ended")})
public sealed interface SessionEvent {
    /**
     * The first event: what is tuned, where, by whom.
     *
     * @param format the version of the log's form, 1
     * @param session the session's name
     * @param workload the op with axes and attributes, without the type
     * @param dtype the type
     * @param family the kind of op that notes are kept for
     * @param key the digest of the kernel key
     * @param target the digest of the target
     * @param device the device's name and model
     * @param language what kernels are written in
     * @param model the author's address
     * @param settings what decides the search beside the events, in words
     */
    record Opened(int format, String session, String workload, String dtype, String family, String key, String target,
            String device, String language, String model, String settings) implements SessionEvent {
        /** The version that is written and read. */
        public static final int FORMAT = 1;
    }

    /** How long a launch of the baseline takes. */
    record Baseline(double nanos) implements SessionEvent {}

    /** The best that other generators have found before. */
    record Earlier(String source, Map<String, Long> parameters, Verdict verdict) implements SessionEvent {
        /** Copies the parameters. */
        public Earlier {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }
    }

    /** A text of rules that questions refer to by its digest. */
    record Rules(String digest, String text) implements SessionEvent {}

    /**
     * A question is about to be asked; until there is an answer it is asked again under the same number.
     *
     * @param call its number, from 1
     * @param step what it is for
     * @param line the line of work that it belongs to, -1 for none
     * @param system the digest of the rules
     * @param user the question
     * @param prompt the digest of both
     */
    record Asked(int call, String step, int line, String system, String user, String prompt) implements SessionEvent {}

    /**
     * An answer.
     *
     * @param inputTokens what was booked for the question
     * @param outputTokens what was booked for the answer
     * @param microDollars what was booked, in millionths of a dollar
     * @param millis how long it took
     */
    record Answered(int call, String text, long inputTokens, long outputTokens, long microDollars, long millis)
            implements SessionEvent {}

    /** An answer could not be used, or there was none. */
    record Unusable(int call, String reason) implements SessionEvent {}

    /** An answer that is no kernel was read: a plan or a critique. */
    record Understood(int call) implements SessionEvent {}

    /**
     * A kernel is about to be proposed.
     *
     * @param candidate its number in the session, from 1
     * @param call the call whose answer holds its template
     * @param parameters the point of its search space
     */
    record Proposed(int candidate, int call, Map<String, Long> parameters) implements SessionEvent {
        /** Copies the parameters. */
        public Proposed {
            parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        }
    }

    /** What the compiler said of a candidate. */
    record Compiled(int candidate, String log) implements SessionEvent {}

    /** What the device said of a candidate once it was loaded. */
    record Loaded(int candidate, String report) implements SessionEvent {}

    /** The verdict on a candidate; a later one for the same candidate takes its place. */
    record Judged(int candidate, Verdict verdict) implements SessionEvent {}

    /** The search goes on in another process. */
    record Resumed(String device) implements SessionEvent {}

    /** The search is over: it proposes nothing more. */
    record Ended(String reason) implements SessionEvent {}

    /**
     * What a log keeps of an {@link dev.kernelwright.spi.Evaluation}.
     *
     * @param reason why it was accepted or rejected
     * @param message one sentence for an author, the evaluation's hint
     * @param worstErrorRatio the largest error as a fraction of its bound; NaN if nothing was compared
     * @param kernelNanos the median of a launch; NaN if it was not timed
     * @param baselineNanos the baseline's; NaN if it was not timed
     * @param floorNanos the time below which no kernel can be; NaN if it is not known
     */
    record Verdict(ReasonCode reason, String message, double worstErrorRatio, double kernelNanos, double baselineNanos,
            double floorNanos) {
        /** Returns whether the results were right, be it faster than the baseline or not. */
        public boolean isRight() {
            return reason == ReasonCode.ACCEPTED || reason == ReasonCode.NOT_FASTER;
        }
    }
}
