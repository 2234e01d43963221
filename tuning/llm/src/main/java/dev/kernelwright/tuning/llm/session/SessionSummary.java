package dev.kernelwright.tuning.llm.session;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The figures of a session, from its log alone.
 *
 * @param attempts the candidates that have a verdict, in order
 * @param lines the lines of work, in the order in which they began
 * @param ideas what each answer with a name for its idea came to, in order
 * @param calls how many questions were asked
 * @param unusable how many answers could not be used
 * @param inputTokens tokens of questions
 * @param outputTokens tokens of answers
 * @param microDollars money
 * @param end why the search ended; empty if it did not
 */
public record SessionSummary(List<Attempt> attempts, List<Line> lines, List<Idea> ideas, int calls, int unusable,
        long inputTokens, long outputTokens, long microDollars, String end) {
    private static final Pattern IDEA = Pattern.compile("^\\W{0,4}idea\\W{0,4}:\\W{0,4}(\\S[^\\n]{0,400})",
            Pattern.MULTILINE | Pattern.CASE_INSENSITIVE);

    /**
     * A candidate.
     *
     * @param number its number
     * @param call the call that it came from
     * @param step what that was for
     * @param line its line of work
     * @param parameters the point of its search space
     * @param verdict the verdict
     */
    public record Attempt(int number, int call, String step, int line, Map<String, Long> parameters,
            SessionEvent.Verdict verdict) {
        /** Returns how many times as fast as the baseline it was; 0 if it was not right. */
        public double speedup() {
            double speedup = verdict.isRight() ? verdict.baselineNanos() / verdict.kernelNanos() : 0;
            return Double.isFinite(speedup) ? speedup : 0;
        }
    }

    /**
     * A line of work.
     *
     * @param idea its idea as its first author called it; empty if it has no name
     * @param tried how many candidates it had
     * @param firstRight which of them was right first, from 1; 0 if none was
     * @param bestSpeedup how many times as fast as the baseline its best was; 0 if none was right
     * @param lastReason the verdict on the last one
     */
    public record Line(String idea, int tried, int firstRight, double bestSpeedup, String lastReason) {}

    /**
     * An idea that was tried, and its effect.
     *
     * @param text what its author calls it
     * @param tried how many candidates it had
     * @param firstRight which of them was right first, from 1; 0 if none was
     * @param speedup how many times as fast as the baseline its best was; 0 if none was right
     * @param speedupBefore that of the line's best before it; 0 if nothing in the line had been right
     * @param lastReason the verdict on the last one
     */
    public record Idea(String text, int tried, int firstRight, double speedup, double speedupBefore,
            String lastReason) {}

    /** Returns the first candidate that was so many times as fast as the baseline, if one was. */
    public Optional<Attempt> firstAt(double speedup) {
        return attempts.stream().filter(attempt -> attempt.speedup() >= speedup).findFirst();
    }

    /** Sums up a log. */
    public static SessionSummary of(List<SessionLog.Entry> entries) {
        Map<Integer, SessionEvent.Asked> asked = new HashMap<>();
        Map<Integer, SessionEvent.Proposed> proposed = new HashMap<>();
        Map<Integer, SessionEvent.Verdict> verdicts = new TreeMap<>();
        Map<Integer, String> ideasOfLines = new TreeMap<>();
        Map<Integer, String> ideasOfCalls = new TreeMap<>();
        int unusable = 0;
        long input = 0;
        long output = 0;
        long money = 0;
        String end = "";
        for (SessionLog.Entry entry : entries) {
            switch (entry.event()) {
                case SessionEvent.Asked each -> asked.put(each.call(), each);
                case SessionEvent.Answered answered -> {
                    input += answered.inputTokens();
                    output += answered.outputTokens();
                    money += answered.microDollars();
                    SessionEvent.Asked question = asked.get(answered.call());
                    Matcher idea = IDEA.matcher(answered.text());
                    if (question != null && question.line() >= 0 && idea.find()) {
                        ideasOfLines.putIfAbsent(question.line(), idea.group(1).strip());
                        ideasOfCalls.putIfAbsent(answered.call(), idea.group(1).strip());
                    }
                }
                case SessionEvent.Unusable _ -> unusable++;
                case SessionEvent.Proposed each -> proposed.put(each.candidate(), each);
                // The first verdict is the one that the search went on from.
                case SessionEvent.Judged judged -> verdicts.putIfAbsent(judged.candidate(), judged.verdict());
                case SessionEvent.Ended ended -> end = ended.reason();
                case SessionEvent.Opened _ -> {}
                case SessionEvent.Baseline _ -> {}
                case SessionEvent.Earlier _ -> {}
                case SessionEvent.Rules _ -> {}
                case SessionEvent.Understood _ -> {}
                case SessionEvent.Compiled _ -> {}
                case SessionEvent.Loaded _ -> {}
                case SessionEvent.Resumed _ -> {}
            }
        }
        List<Attempt> attempts = new ArrayList<>();
        verdicts.forEach((number, verdict) -> {
            SessionEvent.Proposed each = proposed.get(number);
            SessionEvent.Asked question = each == null ? null : asked.get(each.call());
            if (each != null && question != null) {
                attempts.add(new Attempt(number, each.call(), question.step(), question.line(), each.parameters(),
                        verdict));
            }
        });
        int count = asked.values().stream().mapToInt(SessionEvent.Asked::line).max().orElse(-1) + 1;
        List<Line> lines = new ArrayList<>();
        for (int line = 0; line < count; line++) {
            lines.add(line(line, ideasOfLines.getOrDefault(line, ""), attempts));
        }
        List<Idea> ideas = new ArrayList<>();
        ideasOfCalls.forEach((call, text) -> {
            List<Attempt> own = attempts.stream().filter(attempt -> attempt.call() == call).toList();
            if (!own.isEmpty()) {
                int line = own.getFirst().line();
                Line sum = line(line, text, own);
                ideas.add(new Idea(text, sum.tried(), sum.firstRight(), sum.bestSpeedup(), attempts.stream()
                        .filter(attempt -> attempt.line() == line && attempt.call() < call)
                        .mapToDouble(Attempt::speedup).max().orElse(0), sum.lastReason()));
            }
        });
        return new SessionSummary(List.copyOf(attempts), List.copyOf(lines), List.copyOf(ideas), asked.size(), unusable,
                input, output, money, end);
    }

    private static Line line(int index, String idea, List<Attempt> attempts) {
        int tried = 0;
        int firstRight = 0;
        double best = 0;
        String last = "";
        for (Attempt attempt : attempts) {
            if (attempt.line() == index) {
                tried++;
                if (attempt.verdict().isRight() && firstRight == 0) {
                    firstRight = tried;
                }
                best = Math.max(best, attempt.speedup());
                last = attempt.verdict().reason().toString();
            }
        }
        return new Line(idea, tried, firstRight, best, last);
    }
}
