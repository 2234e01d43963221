package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Says how kernels are written in CUDA C++: a guide among the resources, and templates as examples. */
public final class Dialect {
    private Dialect() {}

    /** Returns the dialect for an op. */
    public static KernelDialect of(KernelSignature signature) {
        return new KernelDialect(CudaBackend.LANGUAGE, KernelFiles.text("dialect/guide.md"), entry(signature),
                examples(signature.op()).stream().map(name -> KernelFiles.text("templates/" + name + ".cu")).toList());
    }

    /** Returns one that goes element by element, one by rows and one in two steps; none is for the op that is asked for. */
    private static List<String> examples(String op) {
        return List.of(op.equals("silu_mul") ? "gelu" : "silu_mul", op.equals("rms_norm") ? "softmax" : "rms_norm",
                op.equals("matmul") ? "sum" : "matmul_vector");
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
