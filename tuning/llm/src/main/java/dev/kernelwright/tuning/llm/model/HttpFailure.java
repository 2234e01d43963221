package dev.kernelwright.tuning.llm.model;

/** Carries a {@link ModelException} through LangChain4j, which lets only unchecked exceptions pass. */
final class HttpFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ModelException failure;

    HttpFailure(ModelException failure) {
        super(failure.getMessage(), failure);
        this.failure = failure;
    }

    ModelException failure() {
        return failure;
    }
}
