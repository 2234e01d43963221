package dev.kernelwright.spi;

/** A kernel that can be launched on one device, from any thread and from several at a time. */
public interface LoadedKernel extends AutoCloseable {
    /**
     * Returns the size of the workspace that a launch needs in bytes, 0 for none.
     *
     * @param axes the value of each axis, in the signature's order
     */
    long workspaceBytes(long[] axes);

    /**
     * Launches the kernel: asynchronously in the stream's order on a device that has streams, else before it returns.
     * MUST NOT allocate on the Java heap.
     *
     * @throws RuntimeException if the kernel failed
     */
    void launch(DeviceStream stream, LaunchArguments arguments);

    /**
     * Brings the kernel to its full speed, where that takes time, on memory of its own; called once, before the first
     * {@link #launch}, from a background thread.
     *
     * @param expectedNanos the time of a launch at the largest axes that was measured when the kernel was tuned
     * @return whether the kernel now runs at about that speed
     */
    default boolean warmUp(long expectedNanos) {
        return true;
    }

    /**
     * Returns what the device's driver says of the loaded kernel, for whoever writes the next one: a line for each step,
     * with registers, spills, shared memory and how many blocks run at a time, as far as it tells; empty if it does not.
     * Called once for a kernel, in a trial worker, and never on the way of a call.
     */
    default String report() {
        return "";
    }

    /** Unloads the kernel; never called while a launch runs. */
    @Override
    void close();
}
