package dev.kernelwright.tuning.llm.model;

/**
 * What a model answered.
 *
 * @param text the answer, possibly empty
 * @param inputTokens the tokens of the question as the provider counts them; -1 if it does not say
 * @param outputTokens the tokens of the answer; -1 if it does not say
 */
public record ModelReply(String text, long inputTokens, long outputTokens) {
    /** The longest text that is kept, in characters; more cannot be a kernel with its explanation. */
    public static final int MAX_CHARS = 1 << 20;
}
