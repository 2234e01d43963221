package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.spi.Rooflines;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The times of templates on shapes of transformers: the best of some points, beside the baseline and the roofline.
 *
 * <p>A time is that of a batch of launches between two synchronisations, of at least {@link #MIN_BATCH_NANOS}, divided by
 * their number, and the least of {@link #BATCHES} batches. Buffers rotate, so that a working set which fits the cache is
 * read from memory. Launches of a few microseconds measure how fast launches can be queued.
 */
final class KernelTimes {
    private static final int OTHER_POINTS = 11;
    private static final int BATCHES = 5;
    private static final long MIN_BATCH_NANOS = 2_000_000;
    private static final long ROTATED_BYTES = 256L << 20;
    private static final int MAX_SETS = 64;
    private static final int RANDOM_FLOATS = 1 << 20;

    private static final List<String> WORKLOADS = List.of("add(n=268435456)", "mul(n=268435456)",
            "silu_mul(n=117440512)", "silu_mul(n=14336)", "gelu(n=134217728)", "sum(rows=1,cols=268435456)",
            "sum(rows=16384,cols=16384)", "argmax(rows=16384,cols=16384)", "argmax(rows=1,cols=128256)",
            "softmax(rows=65536,cols=4096)", "softmax(rows=4096,cols=32768)", "softmax(rows=128,cols=128256)",
            "rms_norm(rows=65536,cols=4096)", "rms_norm(rows=8192,cols=4096)", "rms_norm(rows=16384,cols=8192)",
            "rms_norm(rows=1,cols=4096)", "layer_norm(rows=65536,cols=4096)",
            "rope(rows=8192,heads=32,head_dim=128,positions=8192)", "embedding(rows=8192,vocab=32000,dim=4096)",
            "matmul(m=1024,n=1024,k=1024)", "matmul(m=4096,n=4096,k=4096)", "matmul(m=8192,n=8192,k=8192)",
            "matmul(m=4096,n=4096,k=4096,transpose_b=1)", "matmul(m=1,n=4096,k=4096,transpose_b=1)",
            "matmul(m=1,n=14336,k=4096,transpose_b=1)", "matmul(m=1,n=4096,k=4096)",
            "matmul(m=8,n=14336,k=4096,transpose_b=1)", "matmul(m=16,n=14336,k=4096,transpose_b=1)",
            "matmul(m=128,n=14336,k=4096,transpose_b=1)",
            "attention(batch=1,q_len=1,ctx=8192,heads=32,kv_heads=8,head_dim=128)",
            "attention(batch=32,q_len=1,ctx=4096,heads=32,kv_heads=8,head_dim=128)",
            "attention(batch=1,q_len=4096,ctx=4096,heads=32,kv_heads=32,head_dim=128)",
            "attention(batch=4,q_len=2048,ctx=2048,heads=32,kv_heads=32,head_dim=128)");

    /** Shapes whose names in lists of other libraries' times are known. */
    private static final Map<String, String> HALVES = halves();

    private static Map<String, String> halves() {
        Map<String, String> byName = new LinkedHashMap<>();
        byName.put("matmul_bf16_4096x4096x4096", "matmul(m=4096,n=4096,k=4096,transpose_b=1)");
        byName.put("matmul_bf16_8192x8192x8192", "matmul(m=8192,n=8192,k=8192,transpose_b=1)");
        byName.put("matmul_bf16_1x4096x4096", "matmul(m=1,n=4096,k=4096,transpose_b=1)");
        byName.put("matmul_bf16_1x14336x4096", "matmul(m=1,n=14336,k=4096,transpose_b=1)");
        byName.put("matmul_bf16_16x14336x4096", "matmul(m=16,n=14336,k=4096,transpose_b=1)");
        byName.put("matmul_bf16_128x14336x4096", "matmul(m=128,n=14336,k=4096,transpose_b=1)");
        byName.put("matmul_bf16_2048x14336x4096", "matmul(m=2048,n=14336,k=4096,transpose_b=1)");
        byName.put("matmul_f16_4096x4096x4096", "matmul(m=4096,n=4096,k=4096)");
        byName.put("rmsnorm_bf16_8192x4096", "rms_norm(rows=8192,cols=4096)");
        byName.put("rmsnorm_bf16_65536x4096", "rms_norm(rows=65536,cols=4096)");
        byName.put("rmsnorm_bf16_1x4096", "rms_norm(rows=1,cols=4096)");
        byName.put("rmsnorm_bf16_16384x8192", "rms_norm(rows=16384,cols=8192)");
        byName.put("silu_mul_bf16_8192x14336", "silu_mul(n=117440512)");
        byName.put("silu_mul_bf16_1x14336", "silu_mul(n=14336)");
        byName.put("rope_bf16_8192x32x128", "rope(rows=8192,heads=32,head_dim=128,positions=8192)");
        byName.put("embedding_bf16_8192x4096", "embedding(rows=8192,vocab=32000,dim=4096)");
        byName.put("attn_decode_gqa_bf16_B1H32K8S8192D128",
                "attention(batch=1,q_len=1,ctx=8192,heads=32,kv_heads=8,head_dim=128)");
        byName.put("attn_decode_gqa_bf16_B32H32K8S4096D128",
                "attention(batch=32,q_len=1,ctx=4096,heads=32,kv_heads=8,head_dim=128)");
        return byName;
    }

    private final Backend backend;
    private final DeviceStream stream;
    private final Rooflines rooflines = new Rooflines(Optional.empty());

    KernelTimes(Backend backend, DeviceStream stream) {
        this.backend = backend;
        this.stream = stream;
    }

    /** Prints a line for each workload of the named ops. */
    void print(List<String> ops) {
        System.out.println(rooflines.of(backend));
        System.out.printf("%-86s %12s %12s %10s %10s %6s%n", "workload", "baseline us", "best us", "GB/s", "TFLOP/s",
                "roof");
        for (String text : WORKLOADS) {
            if (ops.contains(text.substring(0, text.indexOf('(')))) {
                try {
                    print(text, StandardOps.catalog().parse(text, DType.F32));
                } catch (KernelRejectedException | RuntimeException e) {
                    System.out.println(text + " FAILED: " + e.getMessage());
                }
            }
        }
    }

    /** Prints a line for each of the named shapes in half types. */
    void printHalves(List<String> ops) {
        HALVES.forEach((name, text) -> {
            if (ops.contains(text.substring(0, text.indexOf('(')))) {
                try {
                    print(name, StandardOps.catalog().parse(text, name.contains("_f16_") ? DType.F16 : DType.BF16));
                } catch (KernelRejectedException | RuntimeException e) {
                    System.out.println(name + " FAILED: " + e.getMessage());
                }
            }
        });
    }

    private void print(String name, Workload workload) throws KernelRejectedException {
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        double baseline = Double.NaN;
        double best = Double.POSITIVE_INFINITY;
        Map<String, Long> bestPoint = Map.of();
        try (Arena arena = Arena.ofShared()) {
            List<LaunchArguments> sets = arguments(arena, signature, axes);
            try (LoadedKernel kernel = backend.baseline(signature).orElseThrow()) {
                baseline = nanos(kernel, sets, axes);
            }
            KernelTemplate template = backend.template(signature).orElse(null);
            if (template != null) {
                for (Map<String, Long> point : KernelPoints.some(template, signature, OTHER_POINTS)) {
                    try (LoadedKernel kernel = backend.load(
                            backend.compile(template.expand(point, signature), signature), signature)) {
                        double nanos = nanos(kernel, sets, axes);
                        if (nanos < best) {
                            best = nanos;
                            bestPoint = point;
                        }
                    }
                }
            }
        }
        long flops = workload.flops(axes);
        long bytes = workload.bytes(axes);
        System.out.printf(Locale.ROOT, "%-86s %12.2f %12.2f %10.1f %10.3f %6.3f  %s%n", name, baseline / 1e3,
                best / 1e3, bytes / best, flops / best / 1e3,
                rooflines.of(backend).floorNanos(signature.dtype(), flops, bytes) / best,
                bestPoint);
    }

    private List<LaunchArguments> arguments(Arena arena, KernelSignature signature, long[] axes) {
        SplittableRandom random = new SplittableRandom(1);
        Tensor floats = Tensor.allocate(arena, signature.dtype(), RANDOM_FLOATS);
        Elements elements = new Elements(floats);
        for (int i = 0; i < RANDOM_FLOATS; i++) {
            elements.set(i, random.nextGaussian());
        }
        long count = Math.clamp(ROTATED_BYTES / Math.max(1, signature.totalBytes(axes)), 1, MAX_SETS);
        List<LaunchArguments> sets = new ArrayList<>();
        for (int set = 0; set < count; set++) {
            LaunchArguments arguments = new LaunchArguments(signature.buffers().size(), axes.length);
            System.arraycopy(axes, 0, arguments.axes(), 0, axes.length);
            for (int i = 0; i < signature.buffers().size(); i++) {
                BufferSpec spec = signature.buffers().get(i);
                Tensor tensor = backend.allocate(arena, spec.dtype(), signature.shape(spec, axes));
                if (spec.indexLimit() != null) {
                    Tensor indices = Tensor.allocate(arena, DType.I32, tensor.shape());
                    int limit = (int) signature.evaluate(spec.indexLimit(), axes);
                    for (long j = 0; j < indices.elementCount(); j++) {
                        indices.segment().setAtIndex(ValueLayout.JAVA_INT, j, random.nextInt(limit));
                    }
                    backend.copy(stream, indices, tensor);
                } else if (!spec.output()) {
                    fill(tensor.reshape(tensor.elementCount()), floats);
                }
                arguments.setBuffer(i, tensor);
            }
            sets.add(arguments);
        }
        stream.synchronize();
        return sets;
    }

    private void fill(Tensor tensor, Tensor floats) {
        for (long start = 0; start < tensor.elementCount(); start += RANDOM_FLOATS) {
            long count = Math.min(RANDOM_FLOATS, tensor.elementCount() - start);
            backend.copy(stream, floats.slice(0, count), tensor.slice(start, count));
        }
    }

    private double nanos(LoadedKernel kernel, List<LaunchArguments> sets, long[] axes) {
        long workspaceBytes = kernel.workspaceBytes(axes);
        try (Arena arena = Arena.ofShared()) {
            if (workspaceBytes > 0) {
                Tensor workspace = backend.allocate(arena, DType.F32, Math.ceilDiv(workspaceBytes, Float.BYTES));
                sets.forEach(set -> set.setWorkspace(workspace));
            }
            batch(kernel, sets, sets.size());
            int launches = 1;
            while (batch(kernel, sets, launches) < MIN_BATCH_NANOS) {
                launches *= 2;
            }
            double best = Double.POSITIVE_INFINITY;
            for (int i = 0; i < BATCHES; i++) {
                best = Math.min(best, batch(kernel, sets, launches) / launches);
            }
            return best;
        }
    }

    private double batch(LoadedKernel kernel, List<LaunchArguments> sets, int launches) {
        long start = System.nanoTime();
        for (int i = 0; i < launches; i++) {
            kernel.launch(stream, sets.get(i % sets.size()));
        }
        stream.synchronize();
        return System.nanoTime() - start;
    }
}
