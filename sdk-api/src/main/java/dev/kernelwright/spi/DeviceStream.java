package dev.kernelwright.spi;

import dev.kernelwright.tensor.Tensor;

/**
 * An ordered queue of launches and copies on one device. Made by {@link Backend#newStream()}; may be used by several
 * threads.
 */
public interface DeviceStream extends AutoCloseable {
    /**
     * Lends memory that the next launch of the calling thread may use as its workspace, with anything in it.
     *
     * <p>What two launches have been lent may be the same memory only if the device runs them one after the other. A
     * stream may make other threads wait until the memory is returned.
     *
     * @param bytes the size that is needed at least, above 0
     */
    Tensor borrowWorkspace(long bytes);

    /** Takes lent memory back once the launch has been queued; it may still be running. */
    void returnWorkspace(Tensor workspace);

    /** Waits until everything queued so far has ended. */
    void synchronize();

    /** Waits as {@link #synchronize} does and gives the stream back. */
    @Override
    void close();
}
