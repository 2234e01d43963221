package dev.kernelwright.backend.opencl.ffi;

/** What became of looking for the OpenCL library, which is the loader that finds the drivers. */
public sealed interface ClLibrary {
    /**
     * The library is loaded, which does not say that there is a device.
     *
     * @param name the name under which it was found
     */
    record Loaded(String name) implements ClLibrary {}

    /**
     * There is no library that this JVM can use.
     *
     * @param reason what was looked for and what was found
     * @param cure what to do about it
     */
    record Missing(String reason, String cure) implements ClLibrary {}

    /** Loads the library, at the first call and for good; never throws. */
    static ClLibrary load() {
        return ClLoader.shared().library();
    }
}
