package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.backend.cuda.compile.NvrtcProtocol.Reply;
import dev.kernelwright.backend.cuda.compile.NvrtcProtocol.Request;
import dev.kernelwright.backend.cuda.ffi.CudaConstants;
import dev.kernelwright.backend.cuda.ffi.CudaException;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.backend.cuda.ffi.Nvrtc;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The process in which NVRTC runs: says what it found, compiles what its parent asks for, and ends when that does.
 *
 * <p>One thread reads requests and another one compiles, so that the end of the parent is noticed in the middle of a
 * compilation, even of one that never ends. Needs no class but this library's own.
 */
public final class NvrtcMain {
    /**
     * What a compilation may take of the stack. Like any compiler it calls itself as deep as its source is large, and a
     * thread of Java's has 1 MiB. Only what is used is taken from the system.
     */
    private static final long STACK_BYTES = 256L << 20;

    private NvrtcMain() {}

    /** Serves the parent on the standard streams; the arguments are the folders in which NVRTC may be. */
    @SuppressWarnings("SystemOut") // what is printed is no answer, and the parent keeps what comes on the other stream
    public static void main(String[] folders) {
        int exitCode = 0;
        try (OutputStream answers = new FileOutputStream(FileDescriptor.out)) {
            System.setOut(System.err);
            serve(Arrays.stream(folders).map(Path::of).toList(), new DataInputStream(System.in), answers);
        } catch (EOFException e) {
            exitCode = 0; // the parent has closed the stream, or is dead
        } catch (IOException e) {
            System.err.println("the process of NVRTC ends: " + e);
            exitCode = 1;
        }
        // Not exit, which a compilation that goes on could hold up.
        Runtime.getRuntime().halt(exitCode);
    }

    private static void serve(List<Path> folders, DataInputStream requests, OutputStream answers) throws IOException {
        switch (Nvrtc.load(folders)) {
            case Loaded.Missing<Nvrtc>(String reason, String _) ->
                NvrtcProtocol.write(new Reply.Missing(reason), answers);
            case Loaded.Found<Nvrtc>(Nvrtc nvrtc) -> {
                NvrtcProtocol.write(new Reply.Ready(nvrtc.version()), answers);
                while (true) {
                    Request request = NvrtcProtocol.readRequest(requests);
                    Thread.ofPlatform().name("kernelwright-nvrtc").stackSize(STACK_BYTES)
                            .start(() -> answer(nvrtc, request, answers));
                }
            }
        }
    }

    /** Compiles and answers; whatever is thrown ends the process, whose parent sees it end. */
    @SuppressWarnings("SystemOut")
    private static void answer(Nvrtc nvrtc, Request request, OutputStream answers) {
        try {
            NvrtcProtocol.write(compile(nvrtc, request), answers);
        } catch (IOException | RuntimeException | Error e) {
            System.err.println("NVRTC failed: " + e);
            Runtime.getRuntime().halt(1);
        }
    }

    private static Reply compile(Nvrtc nvrtc, Request request) {
        try {
            Nvrtc.Output output = nvrtc.compile(request.source(), "kernel.cu", request.options());
            byte[] cubin = output.cubin();
            String ptx = output.ptx();
            return cubin == null || ptx == null
                    ? new Reply.Refused(output.log())
                    : new Reply.Compiled(cubin, ptx, output.log());
        } catch (CudaException e) {
            return e.code() == CudaConstants.NVRTC_ERROR_INVALID_OPTION
                    ? new Reply.InvalidOption()
                    : new Reply.Failed(String.valueOf(e.getMessage()));
        }
    }
}
