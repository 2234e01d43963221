package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A workload class and shapes in it that are awkward for vectors, tiles and blocks.
 *
 * @param text the workload class, which decides which points are admitted; its ranges hold every shape
 * @param shapes values of the axes
 */
record KernelFamily(String text, List<long[]> shapes) {
    /** The dtypes that every op has kernels for. */
    static final List<DType> DTYPES = List.of(DType.F32, DType.F16, DType.BF16);

    private static KernelFamily of(String text, long[]... shapes) {
        return new KernelFamily(text, List.of(shapes));
    }

    private static long[] shape(long... axes) {
        return axes;
    }

    /** Returns at least one family for every op. */
    static List<KernelFamily> all() {
        List<KernelFamily> families = new ArrayList<>();
        for (String op : List.of("add", "mul", "silu_mul", "gelu")) {
            families.add(of(op + "(n=0..4194304)", shape(0), shape(1), shape(31), shape(4096), shape(32_769),
                    shape(1_000_003)));
        }
        for (String op : List.of("sum", "argmax", "softmax", "rms_norm", "layer_norm")) {
            families.add(of(op + "(rows=0..4096,cols=1..262144)", shape(0, 5), shape(1, 1), shape(3, 1023),
                    shape(5, 4096), shape(2, 100_003), shape(1, 262_144), shape(17, 12_292)));
            families.add(of(op + "(rows=0..4096,cols=1..512)", shape(311, 7), shape(1031, 128), shape(129, 510),
                    shape(2, 33)));
        }
        families.add(of("sum(rows=0..64,cols=0..16)", shape(0, 0), shape(3, 0), shape(5, 16)));
        families.add(of("embedding(rows=0..4096,vocab=1..4096,dim=0..8192)", shape(0, 1, 8), shape(1, 1, 1),
                shape(3, 5, 0), shape(259, 31, 2), shape(67, 13, 129), shape(300, 77, 4096)));
        for (int interleaved : new int[]{0, 1}) {
            families.add(of("rope(rows=0..512,heads=0..128,head_dim=0..512,positions=1..8192,interleaved="
                    + interleaved + ")", shape(0, 1, 8, 1), shape(2, 0, 8, 3), shape(2, 2, 0, 3), shape(1, 1, 2, 1),
                    shape(5, 3, 34, 9), shape(131, 2, 6, 11), shape(37, 32, 128, 64), shape(3, 5, 64, 7)));
        }
        for (int transposed : new int[]{0, 1}) {
            families.add(of("matmul(m=0..512,n=0..4096,k=0..4096,transpose_b=" + transposed + ")", shape(0, 3, 4),
                    shape(3, 0, 5), shape(3, 5, 0), shape(1, 1, 1), shape(13, 31, 7), shape(129, 257, 67),
                    shape(256, 256, 128), shape(300, 517, 401)));
            families.add(of("matmul(m=0..8,n=0..4096,k=0..8192,transpose_b=" + transposed + ")", shape(0, 3, 4),
                    shape(1, 0, 5), shape(2, 5, 0), shape(1, 1, 1), shape(3, 517, 67), shape(1, 1025, 1024),
                    shape(8, 300, 4099), shape(5, 128, 8192)));
        }
        for (int transposed : new int[]{0, 1}) {
            // Strides that tensor maps can have; tiles reach beyond every end.
            families.add(of("matmul(m=1..600,n=520..520,k=136..136,transpose_b=" + transposed + ")", shape(1, 520, 136),
                    shape(64, 520, 136), shape(129, 520, 136), shape(257, 520, 136), shape(600, 520, 136)));
            families.add(of("matmul(m=1..300,n=264..264,k=2056..2056,transpose_b=" + transposed + ")",
                    shape(300, 264, 2056), shape(17, 264, 2056)));
            families.add(of("matmul(m=9..9,n=8..8,k=8..8,transpose_b=" + transposed + ")", shape(9, 8, 8)));
        }
        for (int causal : new int[]{0, 1}) {
            families.add(of("attention(batch=0..4,q_len=0..256,ctx=1..4096,heads=1..8,kv_heads=1..1,head_dim=1..128,"
                    + "causal=" + causal + ")", shape(0, 1, 1, 1, 1, 8), shape(1, 0, 4, 2, 1, 8),
                    shape(2, 3, 7, 2, 1, 15), shape(1, 1, 1, 1, 1, 1), shape(1, 33, 65, 3, 1, 33),
                    shape(2, 130, 131, 2, 1, 128), shape(1, 64, 300, 8, 1, 64)));
            families.add(of("attention(batch=0..4,q_len=1..1,ctx=1..8192,heads=8..8,kv_heads=2..2,head_dim=1..256,"
                    + "causal=" + causal + ")", shape(0, 1, 1, 8, 2, 8), shape(2, 1, 7, 8, 2, 15),
                    shape(1, 1, 1, 8, 2, 1), shape(1, 1, 4099, 8, 2, 128), shape(3, 1, 1000, 8, 2, 100),
                    shape(2, 1, 300, 8, 2, 256)));
            families.add(of("attention(batch=1..4,q_len=1..1,ctx=1..8192,heads=20..20,kv_heads=2..2,head_dim=64..64,"
                    + "causal=" + causal + ")", shape(1, 1, 2049, 20, 2, 64), shape(3, 1, 33, 20, 2, 64)));
            for (int headDim : new int[]{40, 64, 128}) {
                families.add(of(
                        "attention(batch=1..4,q_len=1..512,ctx=1..2048,heads=1..8,kv_heads=1..2,head_dim=" + headDim
                                + ",causal=" + causal + ")",
                        shape(1, 1, 1, 1, 1, headDim), shape(2, 130, 131, 2, 1, headDim),
                        shape(1, 64, 300, 8, 2, headDim), shape(1, 257, 257, 3, 1, headDim),
                        shape(1, 200, 1000, 2, 2, headDim)));
            }
        }
        return families;
    }

    /** Returns the op's name. */
    String op() {
        return text.substring(0, text.indexOf('('));
    }

    /** Returns the workload class. */
    Workload ranged(DType dtype) {
        return StandardOps.catalog().parse(text, dtype);
    }

    /** Returns the workload of one shape alone. */
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
}
