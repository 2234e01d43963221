package dev.kernelwright.tuning.llm.budget;

/** Thrown where a call could cost more than is left; nothing was spent. */
public final class BudgetExhaustedException extends Exception {
    private static final long serialVersionUID = 1;

    BudgetExhaustedException(String message) {
        super(message);
    }
}
