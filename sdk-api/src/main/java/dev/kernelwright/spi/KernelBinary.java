package dev.kernelwright.spi;

import java.util.List;

/**
 * A compiled kernel: what a backend loads. Derived; it can always be made again from its source.
 *
 * @param format what the bytes are, for example {@code class} or {@code cubin}
 * @param bytes the code; not to be modified
 * @param plan how to launch it
 * @param log what the compiler said, empty if nothing
 * @param resources what its entry points take of the device, empty where the compiler does not tell
 */
@SuppressWarnings("ArrayRecordComponent")
public record KernelBinary(String format, byte[] bytes, LaunchPlan plan, String log, List<KernelResources> resources) {
    /** Copies the resources. */
    public KernelBinary {
        resources = List.copyOf(resources);
    }

    /** Creates a binary of a compiler that does not tell what it takes. */
    public KernelBinary(String format, byte[] bytes, LaunchPlan plan, String log) {
        this(format, bytes, plan, log, List.of());
    }
}
