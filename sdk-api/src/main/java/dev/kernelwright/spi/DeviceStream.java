package dev.kernelwright.spi;

/** An ordered queue of launches and copies on one device. Made by {@link Backend#newStream()}. */
public interface DeviceStream extends AutoCloseable {
    /** Waits until everything queued so far has ended. */
    void synchronize();

    /** Waits as {@link #synchronize} does and gives the stream back. */
    @Override
    void close();
}
