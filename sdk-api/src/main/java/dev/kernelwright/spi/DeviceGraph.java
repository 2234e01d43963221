package dev.kernelwright.spi;

/**
 * A sequence of launches and copies that was recorded once and is launched as one. Made by {@link Backend#record}.
 *
 * <p>It holds the addresses of the tensors that were given when it was recorded: their memory MUST live as long. The
 * kernels that it launches are those that answered then; a kernel that is swapped in later is not in it.
 */
public interface DeviceGraph extends AutoCloseable {
    /** Queues all of it in a stream of the device that it was recorded on. Allocates nothing on the Java heap. */
    void launch(DeviceStream stream);

    /** Gives the graph back; what was queued still runs. Idempotent. */
    @Override
    void close();
}
