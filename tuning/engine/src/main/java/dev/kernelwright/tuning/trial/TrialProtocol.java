package dev.kernelwright.tuning.trial;

/**
 * What parent and child agree on.
 *
 * <p>They meet at a Unix-domain socket in the worker's own directory. The child's first frame is the nonce from the
 * file beside the socket; without it nothing is answered. Then the parent sends a request and the child one reply, in
 * turn. A frame is its length in 4 bytes and that many bytes, big-endian: of a request a random number, the name of a
 * {@link Command} and its arguments, of a reply the same number, the name of a {@link Status} and its results, as
 * {@link TrialCodec} writes them. The number ties a reply to its request: one that a kernel wrote to the socket ahead of
 * the true one, or again, has another. When the socket ends, so does the child.
 */
final class TrialProtocol {
    /** The socket, the nonce and the tensors, in the worker's directory, which is also its working directory. */
    static final String SOCKET_FILE = "socket";
    static final String NONCE_FILE = "nonce";
    static final String MEMORY_FILE = "memory";

    static final int NONCE_BYTES = 32;
    /** Room for the largest binary and its signature. */
    static final int MAX_REQUEST_BYTES = TrialCodec.MAX_BINARY_BYTES + (1 << 20);
    /** Room for {@link TimingRequest#MAX_SAMPLES} samples of two kernels, or for a message. */
    static final int MAX_REPLY_BYTES = 1 << 16;
    static final int MAX_MESSAGE_CHARS = 4_000;

    private TrialProtocol() {}

    /** What the child can be asked for. */
    enum Command {
        /** Open a device: provider's name, device index, threads. */
        OPEN,
        /** Load a kernel: kernel, signature, binary. */
        LOAD,
        /** Load the backend's baseline: kernel, signature, its binary if there is one. Answers whether it has one. */
        LOAD_BASELINE,
        /** Answer what the device says of a kernel, cut short: kernel. */
        REPORT,
        /** Answer the workspace that a launch needs in bytes: kernel, axes. */
        WORKSPACE,
        /** Launch once: kernel, axes, layout, whether on the inputs that the launch before has left. */
        RUN,
        /** Launch often, without taking the time: kernel, axes, layout, sets of buffers, launches. */
        REPEAT,
        /** Time: a {@link TimingRequest}. Answers {@link TrialTimes}. */
        TIME,
        /** Unload a kernel: kernel. */
        UNLOAD
    }

    /** How a request ended. */
    enum Status {
        /** As asked; the results follow. */
        DONE,
        /** The backend does not accept the kernel: reason, message. */
        REJECTED,
        /** A kernel failed: kernel, whether it reached outside its arguments, message. */
        KERNEL_FAILED,
        /** The child could not do it for another reason: message. */
        BROKEN
    }
}
