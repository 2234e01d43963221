package dev.kernelwright.backend.opencl;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Says how kernels are written in OpenCL C: a guide among the resources, and templates as examples. */
public final class Dialect {
    private Dialect() {}

    /** Returns the dialect for an op on a graphics processor or on another device. */
    public static KernelDialect of(KernelSignature signature, boolean isGpu) {
        return new KernelDialect(OpenClBackend.LANGUAGE, KernelFiles.text("dialect/guide.md"), entry(signature),
                examples(signature.op()).stream().map(name -> KernelFiles.template(name, isGpu)).toList());
    }

    /** Returns one that goes element by element, one by rows and a product; none is for the op that is asked for. */
    private static List<String> examples(String op) {
        return List.of(op.equals("silu_mul") ? "gelu" : "silu_mul", op.equals("layer_norm") ? "softmax" : "layer_norm",
                op.equals("matmul") ? "sum" : "matmul_dot");
    }

    private static String entry(KernelSignature signature) {
        List<String> parameters = new ArrayList<>();
        for (BufferSpec buffer : signature.buffers()) {
            parameters.add("__global " + (buffer.output() ? "" : "const ") + type(buffer.dtype()) + " *restrict "
                    + buffer.name());
        }
        parameters.add("__global float *restrict workspace");
        signature.axisNames().forEach(axis -> parameters.add("long " + axis));
        return "__kernel void run(" + String.join(", ", parameters) + ")";
    }

    private static String type(DType dtype) {
        return switch (dtype) {
            case F32 -> "float";
            case F16 -> "half";
            case BF16 -> "ushort";
            default -> "int";
        };
    }
}
