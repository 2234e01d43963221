package dev.kernelwright.backend.cpu;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelDialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Says how kernels are written for a CPU: a guide among the resources, and templates as examples. */
public final class Dialect {
    private Dialect() {}

    /** Returns the dialect for an op. */
    public static KernelDialect of(KernelSignature signature) {
        return new KernelDialect(CpuBackend.LANGUAGE, read("dialect/guide.md"), entry(signature),
                examples(signature.op()).stream().map(name -> read("templates/" + name + ".java")).toList());
    }

    /** Returns one that goes element by element, one by rows and a product; none is for the op that is asked for. */
    private static List<String> examples(String op) {
        return List.of(op.equals("silu_mul") ? "gelu" : "silu_mul", op.equals("layer_norm") ? "softmax" : "layer_norm",
                op.equals("matmul") ? "sum" : "matmul_dot");
    }

    private static String entry(KernelSignature signature) {
        StringBuilder entry = new StringBuilder("static void run(int block");
        signature.buffers().forEach(buffer -> entry.append(", MemorySegment ").append(buffer.name()));
        entry.append(", MemorySegment workspace");
        signature.axisNames().forEach(axis -> entry.append(", long ").append(axis).append("Argument"));
        return entry.append(")").toString();
    }

    private static String read(String name) {
        try (InputStream in = Dialect.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this library's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read from this library's own jar", e);
        }
    }
}
