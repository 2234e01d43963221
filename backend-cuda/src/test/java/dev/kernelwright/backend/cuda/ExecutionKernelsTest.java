package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelRejectedException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels of the tests that need a GPU compile for one on a machine without. */
class ExecutionKernelsTest {
    static List<String> names() {
        return ExecutionKernels.NAMES;
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("names")
    void everyKernelCompiles(String name) throws KernelRejectedException {
        Loaded<CudaCompiler> found = CudaCompiler.find();
        assumeTrue(found instanceof Loaded.Found, () -> "no compiler for CUDA C++ here: " + found);
        CudaCompiler compiler = ((Loaded.Found<CudaCompiler>) found).library();
        boolean tiles = name.equals("tile_copy");
        KernelSignature signature =
                tiles ? ExecutionKernels.signature(13, 100) : ExecutionKernels.signature(64);
        for (long swizzle : tiles ? List.of(0L, 128L) : List.of(0L)) {
            Map<String, Long> parameters = tiles ? Map.of("SWIZZLE", swizzle) : Map.of();
            assertThat(compiler.compile(ExecutionKernels.source(name, parameters, signature).text(), "sm_90a")
                    .kernels()).hasSize(1);
        }
    }
}
