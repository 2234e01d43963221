package dev.kernelwright.tuning.fake;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A worker's connection to its parent, as native code of a hostile kernel would get hold of it: by its number. */
final class ParentSocket {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle WRITE = function("write", FunctionDescriptor.of(ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    /** Closing alone would leave the thread that reads from it waiting, and the connection open. */
    private static final MethodHandle SHUTDOWN = function("shutdown",
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    private static final int WRITES = 1;

    private ParentSocket() {}

    @SuppressWarnings("restricted") // to do what a kernel must not
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    private static List<Integer> sockets() {
        List<Integer> sockets = new ArrayList<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).toString().startsWith("socket:")) {
                    sockets.add(Integer.parseInt(descriptor.getFileName().toString()));
                }
            }
            return sockets;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            boolean written = false;
            for (int socket : sockets()) {
                // A JVM has sockets of its own too, which are not connected to anything.
                written |= (long) WRITE.invokeExact(socket, segment, (long) bytes.length) == bytes.length;
            }
            if (!written) {
                throw new IllegalStateException("the forgery cannot be written");
            }
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    static void forgeSuccess() {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(Long.BYTES + 2 + "DONE".length());
            out.writeLong(new Random().nextLong());
            out.writeUTF("DONE");
            write(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void sendGarbage() {
        byte[] garbage = new byte[4096];
        new Random().nextBytes(garbage);
        write(garbage);
    }

    static void close() {
        try {
            boolean closed = false;
            for (int socket : sockets()) {
                closed |= (int) SHUTDOWN.invokeExact(socket, WRITES) == 0;
            }
            if (!closed) {
                throw new IllegalStateException("the connection cannot be closed");
            }
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
