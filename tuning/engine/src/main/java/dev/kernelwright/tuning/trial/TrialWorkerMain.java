package dev.kernelwright.tuning.trial;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.SynchronousQueue;

/**
 * The child: connects to its parent, does what it is asked, and ends when the connection does.
 *
 * <p>One thread reads requests and another one answers them, so that the end of the connection is noticed while a
 * kernel runs, even one that never ends.
 */
public final class TrialWorkerMain {
    private static final Path OUT_OF_MEMORY_SCORE = Path.of("/proc/self/oom_score_adj");

    private TrialWorkerMain() {}

    /** Serves the parent whose socket is in the working directory. */
    @SuppressWarnings("SystemOut") // the parent keeps what is printed last, for the message about a worker that died
    public static void main(String[] arguments) {
        Path directory = Path.of("").toAbsolutePath();
        int exitCode = 0;
        try {
            offerToDieFirst();
            serveParent(directory);
        } catch (EOFException e) {
            exitCode = 0; // the parent has closed the connection, or is dead
        } catch (IOException | InterruptedException e) {
            System.err.println("The trial worker ends: " + e);
            exitCode = 1;
        }
        // The parent does so too, but it may be dead.
        WorkerDirectory.delete(directory);
        // Not exit: a kernel may have installed hooks, and one that still runs must not delay the end.
        Runtime.getRuntime().halt(exitCode);
    }

    /** If memory runs out, Linux is to end this process and not the application. */
    private static void offerToDieFirst() {
        try {
            Files.writeString(OUT_OF_MEMORY_SCORE, "1000");
        } catch (IOException e) {
            // Another system, or one that does not allow it: then the largest process is the first, as ever.
        }
    }

    private static void serveParent(Path directory) throws IOException, InterruptedException {
        byte[] nonce = Files.readAllBytes(directory.resolve(TrialProtocol.NONCE_FILE));
        // A relative address: the length of a socket's path is limited, that of a directory's is not.
        SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(TrialProtocol.SOCKET_FILE));
        DataInputStream in = new DataInputStream(Channels.newInputStream(socket));
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(socket));
        send(out, nonce);
        SynchronousQueue<byte[]> requests = new SynchronousQueue<>();
        Thread.ofPlatform().daemon().name("kernelwright-trial").start(() -> serve(requests, out));
        while (true) {
            requests.put(receive(in));
        }
    }

    private static void serve(SynchronousQueue<byte[]> requests, DataOutputStream out) {
        TrialSession session = new TrialSession(Path.of(TrialProtocol.MEMORY_FILE));
        try {
            while (true) {
                send(out, session.answer(requests.take()));
            }
        } catch (IOException | InterruptedException e) {
            // The reader sees the same end.
            return;
        }
    }

    private static byte[] receive(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > TrialProtocol.MAX_REQUEST_BYTES) {
            throw new IOException("a request of " + length + " bytes was announced");
        }
        byte[] request = new byte[length];
        in.readFully(request);
        return request;
    }

    private static void send(DataOutputStream out, byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }
}
