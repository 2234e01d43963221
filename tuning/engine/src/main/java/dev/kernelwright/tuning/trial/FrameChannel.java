package dev.kernelwright.tuning.trial;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The parent's end of the connection: sends and receives frames, and waits for the other side no longer than asked.
 *
 * <p>Used by one thread; {@link #close} may be called from any, and ends what is under way with an exception.
 */
final class FrameChannel implements AutoCloseable {
    /** What is written at once; the channel copies it to native memory first. */
    private static final int CHUNK_BYTES = 1 << 16;

    private final SocketChannel socket;
    private final Selector selector;

    FrameChannel(SocketChannel socket) throws IOException {
        this.socket = socket;
        this.selector = Selector.open();
        socket.configureBlocking(false);
        socket.register(selector, 0);
    }

    /**
     * Sends a frame.
     *
     * @throws TimeoutException if the other side did not take it in time
     */
    void send(byte[] payload, Deadline deadline) throws IOException, TimeoutException {
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + payload.length);
        frame.putInt(payload.length).put(payload).flip();
        int end = frame.limit();
        while (frame.position() < end) {
            frame.limit(Math.min(end, frame.position() + CHUNK_BYTES));
            if (socket.write(frame) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
    }

    /**
     * Receives a frame.
     *
     * @param maxBytes how long it may be
     * @throws EOFException if the other side has gone
     * @throws ProtocolException if it is longer
     * @throws TimeoutException if it did not come in time
     */
    byte[] receive(int maxBytes, Deadline deadline) throws IOException, TimeoutException {
        int length = read(Integer.BYTES, deadline).getInt(0);
        if (length < 0 || length > maxBytes) {
            throw new ProtocolException("a frame of " + length + " bytes was announced where at most " + maxBytes
                    + " are allowed");
        }
        return read(length, deadline).array();
    }

    private ByteBuffer read(int length, Deadline deadline) throws IOException, TimeoutException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            int count = socket.read(buffer);
            if (count < 0) {
                throw new EOFException("the connection ended");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline);
            }
        }
        return buffer;
    }

    private void await(int operation, Deadline deadline) throws IOException, TimeoutException {
        long nanos = deadline.remainingNanos();
        if (nanos == 0) {
            throw new TimeoutException();
        }
        try {
            socket.keyFor(selector).interestOps(operation);
            selector.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException | CancelledKeyException e) {
            throw (IOException) new ClosedChannelException().initCause(e);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the wait for a trial worker was interrupted");
        }
    }

    @Override
    public void close() {
        try (socket; selector) {
            // The two are closed in the opposite order; the selector first wakes whoever waits.
            selector.wakeup();
        } catch (IOException e) {
            // Nothing is lost: whatever was still to be sent is for a process that is about to be killed.
        }
    }
}
