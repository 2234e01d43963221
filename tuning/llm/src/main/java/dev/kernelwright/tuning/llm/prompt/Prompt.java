package dev.kernelwright.tuning.llm.prompt;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kernelwright.spi.KernelKey;

/**
 * A question as a model gets it.
 *
 * @param system the rules, the same for a whole search
 * @param user the question
 */
public record Prompt(String system, String user) {
    /** Returns the SHA-256 of the rules. */
    public String systemDigest() {
        return KernelKey.sha256(system.getBytes(UTF_8));
    }

    /** Returns the SHA-256 of both texts, which tells prompts apart in records. */
    public String digest() {
        return KernelKey.sha256((system + "\n\n" + user).getBytes(UTF_8));
    }
}
