package dev.kernelwright.spi;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds and opens the devices of one kind; found with {@link java.util.ServiceLoader}. */
public interface BackendProvider {
    /** Returns the kind, the part of a device's name before the colon: {@code cpu}, {@code opencl}, {@code cuda}. */
    String name();

    /** Looks for devices. MUST NOT throw, and MUST leave nothing loaded or started if there are none. */
    Probe probe();

    /**
     * Returns the environment variables that decide where this kind's libraries are found and which devices there are.
     * A trial worker gets these and the search path of commands, and nothing else of the environment.
     */
    default Set<String> environmentVariables() {
        return Set.of();
    }

    /**
     * Returns a compiler for an architecture whose devices need not be here. Needs no driver.
     *
     * @param architecture as the target of such a device calls it, for example {@code sm_90a}
     * @return empty if it is no architecture of this kind, or this kind compiles for no device that is not here
     * @throws IllegalStateException if there is no compiler here
     */
    default Optional<OfflineCompiler> offlineCompiler(String architecture) {
        return Optional.empty();
    }

    /**
     * Returns the tools under which the kernels of a device can be watched, as far as they are installed here; also where
     * the device itself is not.
     *
     * @param deviceIndex its position in {@link Probe.Available#devices()}
     */
    default List<Instrument> instruments(int deviceIndex) {
        return List.of();
    }

    /**
     * Opens a device.
     *
     * @param deviceIndex its position in {@link Probe.Available#devices()}
     * @param pool the threads on which blocks run on the host; backends of other devices ignore it
     * @throws IllegalArgumentException if there is no such device
     */
    Backend open(int deviceIndex, BlockPool pool);

    /**
     * Opens a device in a context that the application owns, so that memory and streams of that can be wrapped. Where all
     * of a process share one context, as on CUDA, there is no need to.
     *
     * @param context a {@code cl_context} on OpenCL
     * @throws UnsupportedOperationException if this kind has no contexts that applications own
     */
    default Backend open(int deviceIndex, BlockPool pool, long context) {
        throw new UnsupportedOperationException(
                "a device of the kind '" + name() + "' was to be opened in a context of the"
                        + " application's, which this kind has not: leave it out");
    }
}
