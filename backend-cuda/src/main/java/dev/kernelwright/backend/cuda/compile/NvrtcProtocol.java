package dev.kernelwright.backend.cuda.compile;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the process of NVRTC and its parent say to each other: one message in answer to another, each of a bounded length.
 *
 * <p>A message begins with a number by which it is told from what a library prints. Neither side believes a length.
 */
final class NvrtcProtocol {
    /** Room for the largest source in UTF-8, and its options. */
    static final int MAX_REQUEST_BYTES = 4 << 20;
    static final int MAX_REPLY_BYTES = 64 << 20;

    private static final int BEGINNING = 0x4b574e52;

    private NvrtcProtocol() {}

    /** A screened source and NVRTC's options. */
    record Request(String source, List<String> options) {}

    /** What the process says first, or in answer to a request. */
    sealed interface Reply {
        /** First: NVRTC is there, of this version as CUDA writes it. */
        record Ready(int version) implements Reply {}

        /** First, and last: there is none. */
        record Missing(String reason) implements Reply {}

        /** The source compiles. */
        @SuppressWarnings("ArrayRecordComponent")
        record Compiled(byte[] cubin, String ptx, String log) implements Reply {}

        /** The source is in error. */
        record Refused(String log) implements Reply {}

        /** An option is wrong: of ours, only the architecture can be. */
        record InvalidOption() implements Reply {}

        /** NVRTC could not do its work. */
        record Failed(String message) implements Reply {}
    }

    private enum Kind {
        READY, MISSING, COMPILED, REFUSED, INVALID_OPTION, FAILED
    }

    static void write(Request request, OutputStream to) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(payload);
        writeText(request.source, out);
        out.writeInt(request.options.size());
        for (String option : request.options) {
            writeText(option, out);
        }
        send(payload, MAX_REQUEST_BYTES, to);
    }

    static Request readRequest(DataInputStream from) throws IOException {
        DataInputStream in = receive(from, MAX_REQUEST_BYTES);
        String source = readText(in);
        List<String> options = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            options.add(readText(in));
        }
        return new Request(source, options);
    }

    static void write(Reply reply, OutputStream to) throws IOException {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(payload);
        switch (reply) {
            case Reply.Ready(int version) -> {
                out.writeUTF(Kind.READY.name());
                out.writeInt(version);
            }
            case Reply.Missing(String reason) -> writeText(Kind.MISSING, reason, out);
            case Reply.Compiled(byte[] cubin, String ptx, String log) -> {
                out.writeUTF(Kind.COMPILED.name());
                writeBytes(cubin, out);
                writeText(ptx, out);
                writeText(log, out);
            }
            case Reply.Refused(String log) -> writeText(Kind.REFUSED, log, out);
            case Reply.InvalidOption() -> out.writeUTF(Kind.INVALID_OPTION.name());
            case Reply.Failed(String message) -> writeText(Kind.FAILED, message, out);
        }
        send(payload, MAX_REPLY_BYTES, to);
    }

    static Reply readReply(DataInputStream from) throws IOException {
        DataInputStream in = receive(from, MAX_REPLY_BYTES);
        return switch (kind(in.readUTF())) {
            case READY -> new Reply.Ready(in.readInt());
            case MISSING -> new Reply.Missing(readText(in));
            case COMPILED -> new Reply.Compiled(readBytes(in), readText(in), readText(in));
            case REFUSED -> new Reply.Refused(readText(in));
            case INVALID_OPTION -> new Reply.InvalidOption();
            case FAILED -> new Reply.Failed(readText(in));
        };
    }

    private static Kind kind(String name) throws IOException {
        try {
            return Kind.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new StreamCorruptedException("an answer of the kind " + name);
        }
    }

    private static void send(ByteArrayOutputStream payload, int maxBytes, OutputStream to) throws IOException {
        if (payload.size() > maxBytes) {
            throw new IOException("a message of " + payload.size() + " bytes: at most " + maxBytes + " are sent");
        }
        ByteArrayOutputStream message = new ByteArrayOutputStream(2 * Integer.BYTES + payload.size());
        DataOutputStream out = new DataOutputStream(message);
        out.writeInt(BEGINNING);
        out.writeInt(payload.size());
        payload.writeTo(out);
        message.writeTo(to);
        to.flush();
    }

    private static DataInputStream receive(DataInputStream from, int maxBytes) throws IOException {
        if (from.readInt() != BEGINNING) {
            throw new StreamCorruptedException("something that is no answer");
        }
        int length = from.readInt();
        if (length < 0 || length > maxBytes) {
            throw new StreamCorruptedException(
                    "an answer of " + length + " bytes, of which at most " + maxBytes + " are read");
        }
        byte[] payload = new byte[length];
        from.readFully(payload);
        return new DataInputStream(new ByteArrayInputStream(payload));
    }

    private static void writeText(Kind kind, String text, DataOutputStream out) throws IOException {
        out.writeUTF(kind.name());
        writeText(text, out);
    }

    private static void writeText(String text, DataOutputStream out) throws IOException {
        writeBytes(text.getBytes(StandardCharsets.UTF_8), out);
    }

    private static String readText(DataInputStream in) throws IOException {
        return new String(readBytes(in), StandardCharsets.UTF_8);
    }

    private static void writeBytes(byte[] bytes, DataOutputStream out) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new StreamCorruptedException("an answer with a part of " + length + " bytes in one of fewer");
        }
        return in.readNBytes(length);
    }
}
