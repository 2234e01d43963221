package dev.kernelwright.tuning.llm.model;

/** Something that answers questions: a provider's model, or a folder in which somebody else answers. */
public interface LanguageModel {
    /** Returns the name that logs, records and the price table know it by. */
    String name();

    /** Returns whether its answers are paid for by the token. */
    boolean isPaid();

    /** Returns whether somebody may think about an answer for as long as the whole search has time. */
    boolean isPatient();

    /**
     * Asks once, without trying again.
     *
     * @throws ModelException if there is no answer
     */
    ModelReply ask(ModelRequest request) throws ModelException;
}
