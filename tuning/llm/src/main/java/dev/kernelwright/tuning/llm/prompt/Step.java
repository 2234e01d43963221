package dev.kernelwright.tuning.llm.prompt;

import java.util.Locale;

/** What a question is for. Each has a text of its own among the resources. */
public enum Step {
    /** Ideas, before anything is written. */
    PLAN,
    /** A first kernel for an idea. */
    DRAFT,
    /** A kernel in place of one that does not compile or is wrong. */
    REPAIR,
    /** A faster kernel in place of one that is right. */
    REFINE,
    /** A kernel on another idea than all before. */
    RESTART,
    /** What holds a kernel back, in words. */
    CRITIQUE;

    /** Returns the name in lower case, as logs and resources have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
