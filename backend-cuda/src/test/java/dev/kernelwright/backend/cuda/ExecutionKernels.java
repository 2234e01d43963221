package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The kernels of the tests of what a GPU executes, and what they take: an x and a y of one shape. */
final class ExecutionKernels {
    static final List<String> NAMES = List.of("cluster", "cooperative", "increment", "tile_copy");

    private ExecutionKernels() {}

    /** Returns the signature of a kernel over n elements or, given two extents, over rows and columns. */
    static KernelSignature signature(long... extents) {
        List<String> names = extents.length == 1 ? List.of("n") : List.of("rows", "cols");
        List<AxisRange> axes = names.stream().map(name -> new AxisRange(name, extents[names.indexOf(name)],
                extents[names.indexOf(name)])).toList();
        List<Expression> dims = names.stream().map(Expression::parse).toList();
        return new KernelSignature("copy" + Arrays.toString(extents), 1, DType.F32, axes, Map.of(), Set.of(),
                List.of(new BufferSpec("x", DType.F32, dims, false, null),
                        new BufferSpec("y", DType.F32, dims, true, null)));
    }

    static KernelSource source(String name, Map<String, Long> parameters, KernelSignature signature) {
        try (InputStream in = ExecutionKernels.class.getResourceAsStream("execution/" + name + ".cu")) {
            return KernelTemplate.parse(CudaBackend.LANGUAGE, new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .expand(parameters, signature);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
