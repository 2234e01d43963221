package dev.kernelwright.backend.cuda.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** NVRTC, the compiler of CUDA C++ as a library; it runs in this process and needs no GPU. Safe for several threads. */
public final class Nvrtc {
    private static final List<String> LINUX_NAMES = List.of("libnvrtc.so.13", "libnvrtc.so.12");
    private static final List<String> WINDOWS_NAMES = List.of("nvrtc64_130_0.dll", "nvrtc64_120_0.dll");
    private static final String CURE =
            "install NVIDIA's CUDA toolkit 12 or newer, or its NVRTC alone, and set CUDA_HOME"
                    + " to the toolkit's folder if it lies in an unusual place";

    private final BoundFunctions<NvrtcFunction> functions;
    private final int version;

    private Nvrtc(BoundFunctions<NvrtcFunction> functions, int version) {
        this.functions = functions;
        this.version = version;
    }

    /**
     * What a compilation gave.
     *
     * @param cubin the binary; null if the source is in error
     * @param ptx the PTX it was made from; null if the source is in error
     * @param log what the compiler said
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Output(byte @Nullable [] cubin, @Nullable String ptx, String log) {}

    /**
     * Loads the newest NVRTC there is. Throws nothing.
     *
     * @param folders where toolkits keep their libraries, looked at before the system's own places
     */
    public static Loaded<Nvrtc> load(List<Path> folders) {
        boolean windows = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
        List<String> names = new ArrayList<>();
        for (String name : windows ? WINDOWS_NAMES : LINUX_NAMES) {
            folders.stream().map(folder -> folder.resolve(name)).filter(Files::isRegularFile)
                    .map(Path::toString).forEach(names::add);
            names.add(name);
        }
        return loadFirst(names);
    }

    static Loaded<Nvrtc> loadFirst(List<String> names) {
        try {
            NativeLibrary library = NativeLibrary.open(names);
            if (library == null) {
                return new Loaded.Missing<>("NVRTC was looked for as " + String.join(", ", names) + " and not found",
                        CURE);
            }
            BoundFunctions<NvrtcFunction> functions = new BoundFunctions<>(NvrtcFunction.values(),
                    function -> library.find(function.symbol()));
            if (!functions.missing().isEmpty()) {
                library.close();
                return new Loaded.Missing<>("an NVRTC was found, but without "
                        + String.join(", ", functions.missing()), CURE);
            }
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment major = arena.allocate(ValueLayout.JAVA_INT);
                MemorySegment minor = arena.allocate(ValueLayout.JAVA_INT);
                check(functions, NvrtcFunction.VERSION, functions.call(NvrtcFunction.VERSION, major, minor));
                return new Loaded.Found<>(new Nvrtc(functions, major.get(ValueLayout.JAVA_INT, 0) * 1000
                        + minor.get(ValueLayout.JAVA_INT, 0) * 10));
            }
        } catch (IllegalCallerException | UnsupportedOperationException e) {
            return new Loaded.Missing<>("NVRTC cannot be called: " + e.getMessage(), "start Java with"
                    + " --enable-native-access=dev.kernelwright.backend.cuda, or =ALL-UNNAMED where Kernelwright is on"
                    + " the class path");
        } catch (CudaException e) {
            return new Loaded.Missing<>("an NVRTC was found that does not work: " + e.getMessage(), CURE);
        }
    }

    /** Returns the version of CUDA that it belongs to, as CUDA writes versions: 12080 is 12.8. */
    public int version() {
        return version;
    }

    /**
     * Compiles a source; takes as long as that takes.
     *
     * @param name how the log calls the source
     * @param options among them {@code --gpu-architecture=} with an architecture such as {@code sm_90a}
     * @throws CudaException if an option is wrong or the compiler itself fails; an error in the source is no exception
     */
    public Output compile(String source, String name, List<String> options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(ValueLayout.JAVA_LONG);
            call(NvrtcFunction.CREATE_PROGRAM, program, arena.allocateFrom(source), arena.allocateFrom(name), 0,
                    MemorySegment.NULL, MemorySegment.NULL);
            try {
                return compile(arena, program.get(ValueLayout.JAVA_LONG, 0), options);
            } finally {
                call(NvrtcFunction.DESTROY_PROGRAM, program);
            }
        }
    }

    private Output compile(Arena arena, long program, List<String> options) {
        MemorySegment pointers = arena.allocate(ValueLayout.JAVA_LONG, Math.max(1, options.size()));
        for (int i = 0; i < options.size(); i++) {
            pointers.setAtIndex(ValueLayout.JAVA_LONG, i, arena.allocateFrom(options.get(i)).address());
        }
        int status = functions.call(NvrtcFunction.COMPILE_PROGRAM, program, options.size(), pointers);
        if (status != CudaConstants.NVRTC_ERROR_COMPILATION) {
            check(functions, NvrtcFunction.COMPILE_PROGRAM, status);
        }
        String log = text(read(program, NvrtcFunction.GET_PROGRAM_LOG_SIZE, NvrtcFunction.GET_PROGRAM_LOG));
        if (status != CudaConstants.NVRTC_SUCCESS) {
            return new Output(null, null, log);
        }
        return new Output(read(program, NvrtcFunction.GET_CUBIN_SIZE, NvrtcFunction.GET_CUBIN),
                text(read(program, NvrtcFunction.GET_PTX_SIZE, NvrtcFunction.GET_PTX)), log);
    }

    private byte[] read(long program, NvrtcFunction sizeFunction, NvrtcFunction function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(ValueLayout.JAVA_LONG);
            call(sizeFunction, program, size);
            MemorySegment bytes = arena.allocate(Math.max(1, size.get(ValueLayout.JAVA_LONG, 0)));
            call(function, program, bytes);
            return bytes.asSlice(0, size.get(ValueLayout.JAVA_LONG, 0)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Returns the text before the zero that NVRTC counts in. */
    private static String text(byte[] bytes) {
        int length = bytes.length > 0 && bytes[bytes.length - 1] == 0 ? bytes.length - 1 : bytes.length;
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private void call(NvrtcFunction function, Object... arguments) {
        check(functions, function, functions.call(function, arguments));
    }

    private static void check(BoundFunctions<NvrtcFunction> functions, NvrtcFunction function, int status) {
        if (status != CudaConstants.NVRTC_SUCCESS) {
            throw CudaException.ofNvrtc(function.symbol(), status,
                    DriverCalls.string((long) functions.invoke(NvrtcFunction.GET_ERROR_STRING, status)));
        }
    }
}
