package dev.kernelwright.tck;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Shapes of one op that are awkward for vectors, tiles and blocks: empty, one, primes, one beside a power of two, long and
 * thin, larger than a block.
 *
 * @param text the workload class, which decides which points of a template are admitted; its ranges hold every shape
 * @param shapes values of the axes
 */
record ShapeFamily(String text, List<long[]> shapes) {
    private static ShapeFamily of(String text, long[]... shapes) {
        return new ShapeFamily(text, List.of(shapes));
    }

    private static long[] shape(long... axes) {
        return axes;
    }

    String op() {
        return text.substring(0, text.indexOf('('));
    }

    Workload ranged(DType dtype) {
        return StandardOps.catalog().parse(text, dtype);
    }

    Workload fixed(long[] shape, DType dtype) {
        Workload ranged = ranged(dtype);
        OpDefinition op = ranged.op();
        Workload.Builder builder = op.workload(dtype);
        ranged.signature().attributes().forEach(builder::attribute);
        for (int i = 0; i < shape.length; i++) {
            builder.axis(op.axes().get(i), shape[i]);
        }
        return builder.build();
    }

    /** Returns at least one family for every standard op. */
    static List<ShapeFamily> all() {
        List<ShapeFamily> families = new ArrayList<>();
        for (String op : List.of("add", "mul", "silu_mul", "gelu")) {
            families.add(of(op + "(n=0..1048576)", shape(0), shape(1), shape(15), shape(16), shape(17), shape(131),
                    shape(311), shape(4099), shape(32_769), shape(1_000_003)));
        }
        for (String op : List.of("sum", "argmax", "softmax", "rms_norm", "layer_norm")) {
            families.add(of(op + "(rows=0..64,cols=1..262144)", shape(0, 5), shape(1, 1), shape(3, 15), shape(2, 16),
                    shape(5, 17), shape(1, 63), shape(4, 129), shape(17, 127), shape(61, 13), shape(2, 2049),
                    shape(1, 32_771), shape(2, 100_003)));
            // More rows than a block of any point holds.
            families.add(of(op + "(rows=0..4096,cols=1..512)", shape(311, 7), shape(129, 17), shape(1031, 128),
                    shape(2, 33)));
        }
        families.add(of("sum(rows=0..64,cols=0..16)", shape(0, 0), shape(3, 0), shape(5, 16)));
        families.add(of("embedding(rows=0..4096,vocab=1..4096,dim=0..8192)", shape(0, 1, 8), shape(1, 1, 1),
                shape(3, 5, 0), shape(5, 3, 15), shape(7, 11, 16), shape(67, 13, 17), shape(3, 5, 300),
                shape(259, 31, 2), shape(70, 13, 1), shape(70, 13, 15), shape(70, 13, 4096)));
        for (int interleaved : new int[]{0, 1}) {
            families.add(of("rope(rows=0..512,heads=0..128,head_dim=0..512,positions=1..8192,interleaved="
                    + interleaved + ")", shape(0, 1, 8, 1), shape(2, 0, 8, 3), shape(2, 2, 0, 3), shape(1, 1, 2, 1),
                    shape(3, 2, 32, 7), shape(2, 3, 30, 5), shape(5, 1, 34, 9), shape(17, 3, 16, 40),
                    shape(131, 2, 6, 11), shape(70, 2, 30, 13), shape(37, 32, 128, 64)));
        }
        for (int transposed : new int[]{0, 1}) {
            families.add(of("matmul(m=0..512,n=0..4096,k=0..4096,transpose_b=" + transposed + ")", shape(0, 3, 4),
                    shape(3, 0, 5), shape(3, 5, 0), shape(1, 1, 1), shape(5, 63, 17), shape(13, 31, 7),
                    shape(6, 64, 33), shape(29, 65, 127), shape(65, 66, 67), shape(7, 300, 401), shape(33, 140, 1030),
                    shape(256, 256, 128)));
            // Few rows have templates of their own.
            families.add(of("matmul(m=0..4,n=0..4096,k=0..8192,transpose_b=" + transposed + ")", shape(0, 3, 4),
                    shape(1, 0, 5), shape(2, 5, 0), shape(1, 1, 1), shape(3, 15, 17), shape(4, 31, 7),
                    shape(1, 65, 127), shape(2, 517, 67), shape(1, 300, 1025), shape(4, 300, 4099)));
        }
        families.addAll(attention());
        return families;
    }

    private static List<ShapeFamily> attention() {
        List<ShapeFamily> families = new ArrayList<>();
        families.add(of(
                "attention(batch=0..4,q_len=0..256,ctx=1..4096,heads=1..8,kv_heads=1..1,head_dim=1..128,causal=0)",
                shape(0, 1, 1, 1, 1, 8), shape(1, 0, 4, 2, 1, 8), shape(1, 1, 1, 1, 1, 1), shape(2, 3, 7, 2, 1, 15),
                shape(1, 1, 300, 8, 1, 16), shape(1, 33, 65, 3, 1, 17), shape(1, 17, 17, 1, 1, 64),
                shape(2, 5, 131, 2, 1, 32), shape(1, 130, 131, 2, 1, 128)));
        families.add(of("attention(batch=1..2,q_len=1..512,ctx=1..2048,heads=1..8,kv_heads=1..8,head_dim=1..256,"
                + "causal=1)", shape(2, 17, 17, 2, 2, 8), shape(1, 64, 64, 2, 1, 64), shape(1, 65, 129, 4, 2, 16),
                shape(1, 13, 200, 6, 2, 33), shape(2, 31, 70, 3, 1, 96), shape(1, 5, 64, 8, 8, 128),
                shape(1, 1, 1, 1, 1, 1), shape(1, 33, 65, 3, 1, 17)));
        // Decoding has a template of its own.
        families.add(of(
                "attention(batch=0..4,q_len=1..2,ctx=1..8192,heads=1..8,kv_heads=1..8,head_dim=1..256,causal=1)",
                shape(0, 1, 1, 8, 2, 8), shape(1, 1, 1, 1, 1, 8), shape(1, 1, 7, 8, 4, 8), shape(2, 1, 65, 4, 4, 128),
                shape(1, 2, 513, 8, 1, 20), shape(1, 1, 1025, 6, 2, 256), shape(1, 1, 4099, 8, 2, 100)));
        return families;
    }
}
