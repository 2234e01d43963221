package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Says how kernels are written in CUDA C++: a guide among the resources, and templates as examples. */
public final class Dialect {
    /** Element by element, row by row, and a product in two steps. */
    private static final List<String> EXAMPLES = List.of("silu_mul", "layer_norm", "matmul_vector");

    private Dialect() {}

    /** Returns the dialect for an op. */
    public static KernelDialect of(KernelSignature signature) {
        return new KernelDialect(CudaBackend.LANGUAGE, KernelFiles.text("dialect/guide.md"), entry(signature),
                EXAMPLES.stream().map(name -> KernelFiles.text("templates/" + name + ".cu")).toList());
    }

    private static String entry(KernelSignature signature) {
        List<String> parameters = new ArrayList<>();
        for (BufferSpec buffer : signature.buffers()) {
            parameters.add((buffer.output() ? "" : "const ") + type(buffer.dtype()) + " *__restrict__ "
                    + buffer.name());
        }
        parameters.add("float *__restrict__ workspace");
        signature.axisNames().forEach(axis -> parameters.add("long long " + axis));
        return "extern \"C\" __global__ void run(" + String.join(", ", parameters) + ")";
    }

    private static String type(DType dtype) {
        return switch (dtype) {
            case F32 -> "float";
            case F16 -> "__half";
            case BF16 -> "__nv_bfloat16";
            default -> "int";
        };
    }
}
