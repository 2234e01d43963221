package dev.kernelwright.tuning.llm.model;

/** Carries a {@link ModelException} through LangChain4j, which lets only unchecked exceptions pass. */
final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ModelException failure;
    private final int status;

    HttpFailure(ModelException failure) {
        this(failure, 0);
    }

    HttpFailure(ModelException failure, int status) {
        super(failure.getMessage(), failure);
        this.failure = failure;
        this.status = status;
    }

    ModelException failure() {
        return failure;
    }

    /** Returns the status of the provider's answer; 0 if there was none. */
    int status() {
        return status;
    }
}
