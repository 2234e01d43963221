package dev.kernelwright.tuning.llm.prompt;

import dev.kernelwright.tuning.llm.session.SessionEvent.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a search has come to, as far as a question needs it.
 *
 * @param baselineNanos how long a launch of the baseline takes; NaN if that is not known
 * @param earlier the best that other generators have found; null if there is none
 * @param attempts the candidates so far, the oldest first
 * @param idea the idea of the line of work that the question belongs to; empty if it is the author's choice
 * @param subject the kernel that the question is about; null if it is about none
 * @param fault why the last answer of this line could not be used; empty if it could
 * @param critique what a critic said of the subject; empty if nobody did
 * @param ideas the ideas that were taken up before
 */
public record Progress(double baselineNanos, @Nullable Attempt earlier, List<Attempt> attempts, String idea,
        @Nullable Subject subject,
        String fault, String critique, List<String> ideas) {
    /** Copies the lists. */
    public Progress {
        attempts = List.copyOf(attempts);
        ideas = List.copyOf(ideas);
    }

    /**
     * A candidate and its verdict.
     *
     * @param number its number; 0 for what another generator found
     * @param idea the idea behind it
     * @param parameters the point of its search space
     * @param verdict the verdict
     */
    public record Attempt(int number, String idea, Map<String, Long> parameters, Verdict verdict) {}

    /**
     * A kernel with everything that is known of it.
     *
     * @param attempt the candidate
     * @param template its template as it was written
     * @param compilerLog what the compiler said; empty if nothing
     * @param deviceReport what the device said of the loaded kernel; empty if nothing
     */
    public record Subject(Attempt attempt, String template, String compilerLog, String deviceReport) {}
}
