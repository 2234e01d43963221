package dev.kernelwright.tuning.llm.model;

import java.time.Duration;

/**
 * One question to a model. It has no memory: what it should know is in the texts.
 *
 * @param id names the question among all: the session, and the call's number in it
 * @param system the rules
 * @param user the question
 * @param form what the reply has to look like
 * @param maxOutputTokens how long the reply may be
 * @param timeout how long the reply may take, from the first byte sent to the last one read
 */
public record ModelRequest(String id, String system, String user, Form form, int maxOutputTokens, Duration timeout) {
    /** What a reply has to look like; a provider that can holds its model to it. */
    public enum Form {
        /** Text, as a kernel in a fenced block is. */
        TEXT,
        /** The JSON object of a plan: {@code {"ideas": [{"name": "...", "sketch": "..."}]}}. */
        IDEAS
    }
}
