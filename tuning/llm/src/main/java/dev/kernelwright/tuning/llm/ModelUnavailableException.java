package dev.kernelwright.tuning.llm;

/** Thrown to the tuner where a model gives nothing more; the tuner goes on without it. */
final class ModelUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ModelUnavailableException(String message) {
        super(message);
    }
}
