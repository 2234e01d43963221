package dev.kernelwright.cli;

import dev.kernelwright.ComputeRuntime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which device a command works on. */
final class DeviceOptions {
    @Option(names = "--device", paramLabel = "NAME",
            description = "The device, as 'kernelwright devices' names it. Default: the first one there.")
    private @Nullable String device;

    @Option(names = "--threads", paramLabel = "N", description = "How many threads run a kernel on the cpu; a kernel"
            + " is tuned for a number of threads. Default: all processors.")
    private @Nullable Integer threads;

    /** Returns the number of threads. */
    int threads() {
        return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Builds a runtime with this device, and this device alone. */
    ComputeRuntime build(ComputeRuntime.Builder builder) {
        return build(builder, threads());
    }

    /** Builds a runtime with this device alone, and a number of threads. */
    ComputeRuntime build(ComputeRuntime.Builder builder, int threadCount) {
        if (device != null) {
            builder.devices(device);
        }
        try {
            return builder.threads(threadCount).build();
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw InputException.of(e);
        }
    }

    /** Opens the device without a runtime. */
    OpenBackend openBackend() {
        return OpenBackend.open(device, threads());
    }
}
