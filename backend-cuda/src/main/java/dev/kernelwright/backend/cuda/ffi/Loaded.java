package dev.kernelwright.backend.cuda.ffi;

/**
 * What came of looking for a library of NVIDIA's.
 *
 * @param <T> its bindings
 */
public sealed interface Loaded<T> {
    /**
     * The library is there and can be called.
     *
     * @param library its bindings
     */
    record Found<T>(T library) implements Loaded<T> {}

    /**
     * The library cannot be used.
     *
     * @param reason what was looked for and what was found
     * @param cure what to do about it
     */
    record Missing<T>(String reason, String cure) implements Loaded<T> {}
}
