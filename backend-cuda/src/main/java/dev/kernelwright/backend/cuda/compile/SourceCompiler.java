package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.spi.KernelRejectedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One of the two compilers there are. Safe for use from several threads. */
sealed interface SourceCompiler extends AutoCloseable permits NvccCompiler, NvrtcCompiler {
    /**
     * What a compilation gave.
     *
     * @param cubin the binary; null if the source was refused
     * @param ptx its assembly, empty if the source was refused
     * @param log what the compiler said, bounded
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Output(byte @Nullable [] cubin, String ptx, String log) {}

    /** Returns the compiler and its version, for example {@code nvcc 13.0}. */
    String description();

    /**
     * Compiles a screened source.
     *
     * @throws KernelRejectedException if it takes longer than it may, or ends the compiler
     * @throws IllegalArgumentException if the compiler does not know the architecture
     */
    Output compile(String source, String architecture, Duration timeLimit) throws KernelRejectedException;

    /** Ends what it keeps running; nothing can be compiled afterwards. */
    @Override
    void close();
}
