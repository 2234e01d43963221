package dev.kernelwright.tuning.trial;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The place where a child is awaited: a socket in its directory, and the nonce by which it is known. */
final class WorkerConnection implements AutoCloseable {
    /** How often the process is looked at while it starts. */
    private static final long POLL_MILLIS = 50;

    private final ServerSocketChannel server;
    private final Path socketFile;
    private final byte[] nonce = new byte[TrialProtocol.NONCE_BYTES];

    /** Begins to listen in a worker's directory. */
    WorkerConnection(Path directory) throws IOException {
        new SecureRandom().nextBytes(nonce);
        Files.write(directory.resolve(TrialProtocol.NONCE_FILE), nonce);
        socketFile = directory.resolve(TrialProtocol.SOCKET_FILE);
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socketFile));
            server.configureBlocking(false);
        } catch (IOException e) {
            server.close();
            throw new IOException("a trial worker's socket cannot be made at " + socketFile + " (" + e.getMessage()
                    + "): set -Djava.io.tmpdir to a short path on a local file system", e);
        }
    }

    /**
     * Waits for the child; whoever connects without the nonce is sent away.
     *
     * @throws IOException if the process ended or the time was up before
     */
    FrameChannel accept(WorkerProcess process, Deadline deadline) throws IOException {
        try (Selector selector = Selector.open()) {
            server.register(selector, SelectionKey.OP_ACCEPT);
            while (process.isAlive() && !deadline.isPast()) {
                selector.select(Math.min(POLL_MILLIS, TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos()) + 1));
                selector.selectedKeys().clear();
                if (Thread.currentThread().isInterrupted()) {
                    throw new IOException("the start of a trial worker was interrupted");
                }
                SocketChannel socket = server.accept();
                if (socket != null) {
                    FrameChannel channel = new FrameChannel(socket);
                    if (knowsNonce(channel, deadline)) {
                        return channel;
                    }
                    channel.close();
                }
            }
        }
        throw new IOException("no trial worker starts: the process "
                + (process.isAlive() ? "did not connect in time" : process.obituary()));
    }

    private boolean knowsNonce(FrameChannel channel, Deadline deadline) throws IOException {
        try {
            return MessageDigest.isEqual(nonce, channel.receive(TrialProtocol.NONCE_BYTES, deadline));
        } catch (EOFException | TimeoutException e) {
            return false;
        }
    }

    /** Stops to listen and deletes socket and nonce, which have served their purpose. */
    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(socketFile);
        Files.deleteIfExists(socketFile.resolveSibling(TrialProtocol.NONCE_FILE));
    }
}
