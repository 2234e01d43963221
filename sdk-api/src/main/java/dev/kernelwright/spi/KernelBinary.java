package dev.kernelwright.spi;

/**
 * A compiled kernel: what a backend loads. Derived; it can always be made again from its source.
 *
 * @param format what the bytes are, for example {@code class} or {@code cubin}
 * @param bytes the code; not to be modified
 * @param plan how to launch it
 * @param log what the compiler said, empty if nothing
 */
@SuppressWarnings("ArrayRecordComponent")
public record KernelBinary(String format, byte[] bytes, LaunchPlan plan, String log) {}
