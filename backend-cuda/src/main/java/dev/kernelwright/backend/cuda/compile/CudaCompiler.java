package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Compiles kernels in CUDA C++ for one architecture at a time, in other processes than this. Safe for use from several
 * threads.
 */
public final class CudaCompiler implements AutoCloseable {
    /** How long a compilation may take if its caller does not say. */
    public static final Duration DEFAULT_TIME_LIMIT = Duration.ofSeconds(60);

    /** How much of what a compiler says is kept, in characters. */
    static final int MAX_LOG_CHARS = 64 * 1024;

    private static final Pattern ARCHITECTURE = Pattern.compile("sm_[0-9]{2,3}[af]?");
    private static final String CURE =
            "install NVIDIA's CUDA toolkit 12 or newer, and set CUDA_HOME to its folder if it"
                    + " lies in an unusual place, or run with a cache that holds the kernels";

    private final SourceCompiler compiler;

    CudaCompiler(SourceCompiler compiler) {
        this.compiler = compiler;
    }

    /** Returns whether a name is one of an architecture, be it one that there is. */
    public static boolean isArchitecture(String name) {
        return ARCHITECTURE.matcher(name).matches();
    }

    /** Finds a compiler: NVRTC if it is there, else nvcc. Throws nothing, unless the thread is interrupted. */
    public static Loaded<CudaCompiler> find() {
        return find(System.getenv());
    }

    /** Finds a compiler where an environment says. */
    static Loaded<CudaCompiler> find(Map<String, String> environment) {
        CudaToolkit toolkit = new CudaToolkit(environment);
        return switch (findNvrtc(toolkit, environment)) {
            case Loaded.Found<CudaCompiler> found -> found;
            case Loaded.Missing<CudaCompiler>(String noNvrtc, String cure) -> switch (findNvcc(toolkit, environment)) {
                case Loaded.Found<CudaCompiler> found -> found;
                case Loaded.Missing<CudaCompiler>(String noNvcc, String _) -> new Loaded.Missing<>(
                        noNvrtc + "; " + noNvcc, cure);
            };
        };
    }

    static Loaded<CudaCompiler> findNvrtc(CudaToolkit toolkit, Map<String, String> environment) {
        try {
            return new Loaded.Found<>(new CudaCompiler(NvrtcCompiler.find(NvrtcCommand.of(toolkit, environment),
                    toolkit.includeFolders())));
        } catch (IOException e) {
            return new Loaded.Missing<>(String.valueOf(e.getMessage()), CURE);
        }
    }

    static Loaded<CudaCompiler> findNvcc(CudaToolkit toolkit, Map<String, String> environment) {
        Optional<Path> nvcc = toolkit.nvcc();
        if (nvcc.isEmpty()) {
            return new Loaded.Missing<>("nvcc was looked for in CUDA_HOME, CUDA_PATH, PATH and /usr/local/cuda* and not"
                    + " found", CURE);
        }
        try {
            return new Loaded.Found<>(new CudaCompiler(new NvccCompiler(nvcc.get(), environment)));
        } catch (UncheckedIOException | IllegalStateException e) {
            return new Loaded.Missing<>("the nvcc that was found does not work: " + e.getMessage(), CURE);
        }
    }

    /** Returns the compiler and its version, for example {@code nvcc 13.0}. */
    public String description() {
        return compiler.description();
    }

    /**
     * Compiles a source within {@link #DEFAULT_TIME_LIMIT}.
     *
     * @param architecture the exact architecture, for example {@code sm_90a}
     * @throws KernelRejectedException if the source includes what it may not, reaches beyond its arguments, is in error,
     *         takes too long, or ends the compiler; with the compiler's whole log, bounded
     * @throws IllegalArgumentException if the architecture is none, or none that the compiler knows
     */
    public CudaBinary compile(String source, String architecture) throws KernelRejectedException {
        return compile(source, architecture, DEFAULT_TIME_LIMIT);
    }

    /** Compiles a source as {@link #compile(String, String)} does, within a time limit. */
    public CudaBinary compile(String source, String architecture, Duration timeLimit) throws KernelRejectedException {
        if (!isArchitecture(architecture)) {
            throw new IllegalArgumentException("the architecture '" + architecture
                    + "' was asked for: give one such as sm_90a");
        }
        if (source.length() > KernelSource.MAX_CHARS) {
            throw new KernelRejectedException(ReasonCode.FORBIDDEN_MEMBER, "the source has " + source.length()
                    + " characters: at most " + KernelSource.MAX_CHARS + " are allowed");
        }
        SourceScreen.screen(source);
        SourceCompiler.Output output = compiler.compile(source, architecture, timeLimit);
        byte[] cubin = output.cubin();
        if (cubin == null) {
            throw new KernelRejectedException(ReasonCode.COMPILE_ERROR, output.log().strip());
        }
        PtxScreen.screen(output.ptx(), source);
        return new CudaBinary(architecture, cubin, output.ptx(), output.log(), PtxasLog.kernels(output.log()));
    }

    /** Ends the processes that it keeps for the next compilation. */
    @Override
    public void close() {
        compiler.close();
    }

    static String bounded(String log) {
        return log.length() <= MAX_LOG_CHARS
                ? log
                : log.substring(0, MAX_LOG_CHARS) + "\n(" + (log.length() - MAX_LOG_CHARS) + " more characters)";
    }

    static KernelRejectedException tookTooLong(String compiler, Duration timeLimit) {
        return new KernelRejectedException(ReasonCode.COMPILE_ERROR, compiler + " took longer than "
                + timeLimit.toMillis() + " ms and was given up: unroll less, or instantiate fewer templates");
    }

    static IllegalArgumentException unknownArchitecture(String compiler, String architecture) {
        return new IllegalArgumentException("the architecture " + architecture + " was asked for, which " + compiler
                + " does not know: install a toolkit that does");
    }
}
