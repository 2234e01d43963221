package dev.kernelwright.backend.cuda;

import dev.kernelwright.backend.cuda.Compilations.Compiled;
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
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The times of templates on shapes of transformers: the best of some points, beside another library's and the roofline.
 *
 * <p>A time is that of a batch of launches between two synchronisations, of at least {@link #MIN_BATCH_NANOS}, divided by
 * their number, and the median of {@link #BATCHES} batches. Buffers rotate, so that a working set which fits the cache is
 * read from memory. Launches of a few microseconds measure how fast launches can be queued.
 */
final class KernelTimes {
    private static final int BATCHES = 5;
    private static final long MIN_BATCH_NANOS = 2_000_000;
    private static final long ROTATED_BYTES = 256L << 20;
    private static final int MAX_SETS = 64;
    private static final int RANDOM_FLOATS = 1 << 20;

    /** Workloads, with the names that they have in a list of another library's times; %s is the dtype. */
    private static final List<String> SHAPES = List.of("add_%s_2^28 add(n=268435456)",
            "silu_mul_%s_8192x14336 silu_mul(n=117440512)", "silu_mul_%s_1x14336 silu_mul(n=14336)",
            "gelu_%s_8192x16384 gelu(n=134217728)", "sum_%s_2^28 sum(rows=1,cols=268435456)",
            "rowsum_%s_16384 sum(rows=16384,cols=16384)", "argmax_%s_16384 argmax(rows=16384,cols=16384)",
            "argmax_%s_1x128256 argmax(rows=1,cols=128256)", "softmax_%s_65536x4096 softmax(rows=65536,cols=4096)",
            "softmax_%s_4096x32768 softmax(rows=4096,cols=32768)",
            "softmax_%s_128x128256 softmax(rows=128,cols=128256)",
            "rmsnorm_%s_65536x4096 rms_norm(rows=65536,cols=4096)",
            "rmsnorm_%s_8192x4096 rms_norm(rows=8192,cols=4096)",
            "rmsnorm_%s_16384x8192 rms_norm(rows=16384,cols=8192)",
            "rmsnorm_%s_1x4096 rms_norm(rows=1,cols=4096)", "layernorm_%s_65536x4096 layer_norm(rows=65536,cols=4096)",
            "rope_%s_8192x32x128 rope(rows=8192,heads=32,head_dim=128,positions=8192)",
            "embedding_%s_8192x4096 embedding(rows=8192,vocab=32000,dim=4096)",
            "matmul_%s_1024x1024x1024 matmul(m=1024,n=1024,k=1024)",
            "matmul_%s_4096x4096x4096 matmul(m=4096,n=4096,k=4096)",
            "matmul_%s_4096x4096x4096 matmul(m=4096,n=4096,k=4096,transpose_b=1)",
            "matmul_%s_8192x8192x8192 matmul(m=8192,n=8192,k=8192,transpose_b=1)",
            "matmul_%s_2048x14336x4096 matmul(m=2048,n=14336,k=4096,transpose_b=1)",
            "matmul_%s_128x14336x4096 matmul(m=128,n=14336,k=4096,transpose_b=1)",
            "matmul_%s_64x14336x4096 matmul(m=64,n=14336,k=4096,transpose_b=1)",
            "matmul_%s_32x14336x4096 matmul(m=32,n=14336,k=4096,transpose_b=1)",
            "matmul_%s_16x14336x4096 matmul(m=16,n=14336,k=4096,transpose_b=1)",
            "matmul_%s_1x14336x4096 matmul(m=1,n=14336,k=4096,transpose_b=1)",
            "matmul_%s_1x4096x4096 matmul(m=1,n=4096,k=4096,transpose_b=1)",
            "matmul_%s_1x4096x4096 matmul(m=1,n=4096,k=4096)",
            "attn_decode_gqa_%s_B1H32K8S8192D128 attention(batch=1,q_len=1,ctx=8192,heads=32,kv_heads=8,head_dim=128)",
            "attn_decode_gqa_%s_B32H32K8S4096D128 attention(batch=32,q_len=1,ctx=4096,heads=32,kv_heads=8,head_dim=128)",
            "attn_prefill_causal_%s_B1H32S4096D128"
                    + " attention(batch=1,q_len=4096,ctx=4096,heads=32,kv_heads=32,head_dim=128)",
            "attn_prefill_causal_%s_B4H32S2048D128"
                    + " attention(batch=4,q_len=2048,ctx=2048,heads=32,kv_heads=32,head_dim=128)");

    private static final Pattern PEER = Pattern.compile("\"([^\"]+)\": *\\{([^}]*)}");
    private static final Pattern MILLIS = Pattern.compile("\"(?:compiled_)?ms\": *([0-9.eE+-]+)");

    private final Backend backend;
    private final DeviceStream stream;
    private final Compilations compilations;
    private final Map<String, Double> peerNanos;
    private final int points;
    private final boolean each;
    private final Rooflines rooflines = new Rooflines(Optional.empty());

    /**
     * Creates a table's writer.
     *
     * @param peerNanos another library's times by name
     * @param points how many points of a template are timed beside the default
     * @param each whether every point's time is printed
     */
    KernelTimes(Backend backend, DeviceStream stream, Compilations compilations, Map<String, Double> peerNanos,
            int points, boolean each) {
        this.backend = backend;
        this.stream = stream;
        this.compilations = compilations;
        this.peerNanos = Map.copyOf(peerNanos);
        this.points = points;
        this.each = each;
    }

    /** Reads times from JSON, {@code "name": {"ms": 1.5, "compiled_ms": 1.2}}; the smaller one counts. */
    static Map<String, Double> peers(Path json) throws IOException {
        Map<String, Double> nanos = new HashMap<>();
        Matcher peer = PEER.matcher(Files.readString(json));
        while (peer.find()) {
            MILLIS.matcher(peer.group(2)).results().mapToDouble(match -> 1e6 * Double.parseDouble(match.group(1))).min()
                    .ifPresent(least -> nanos.put(peer.group(1), least));
        }
        return nanos;
    }

    /**
     * Prints a line for each shape of the named ops.
     *
     * @param part what the lines' names or workloads must contain
     */
    void print(List<String> ops, List<DType> dtypes, String part) {
        System.out.println(rooflines.of(backend));
        System.out.printf("%-38s %-4s %10s %9s %9s %9s %6s  %s%n", "shape", "type", "us", "GB/s", "TFLOP/s", "x peer",
                "roof", "point");
        for (String shape : SHAPES) {
            String name = shape.substring(0, shape.indexOf(' '));
            String text = shape.substring(name.length() + 1);
            if (!shape.contains(part) || !ops.contains(text.substring(0, text.indexOf('(')))) {
                continue;
            }
            for (DType dtype : dtypes) {
                try {
                    print(String.format(Locale.ROOT, name, dtype.id()), StandardOps.catalog().parse(text, dtype));
                } catch (KernelRejectedException | RuntimeException e) {
                    System.out.println(shape + " in " + dtype.id() + " FAILED: " + e.getMessage());
                }
            }
        }
    }

    private void print(String name, Workload workload) throws KernelRejectedException {
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        double best = Double.POSITIVE_INFINITY;
        Map<String, Long> bestPoint = Map.of();
        KernelTemplate template = backend.template(signature).orElseThrow();
        try (Arena arena = Arena.ofShared()) {
            List<LaunchArguments> sets = arguments(arena, signature, axes);
            Map<Map<String, Long>, Compiled> compiled = new LinkedHashMap<>();
            for (Map<String, Long> point : KernelPoints.some(template, signature, points)) {
                compiled.put(point, compilations.point(point, signature, signature.toString()));
            }
            // All of them first: while others are compiled, launches take longer.
            compiled.values().forEach(Compiled::await);
            for (Map.Entry<Map<String, Long>, Compiled> entry : compiled.entrySet()) {
                Map<String, Long> point = entry.getKey();
                try (LoadedKernel kernel = entry.getValue().load(backend)) {
                    double nanos = nanos(kernel, sets, axes);
                    if (each) {
                        print(name, workload, nanos, point);
                    }
                    if (nanos < best) {
                        best = nanos;
                        bestPoint = point;
                    }
                }
            }
        }
        print(each ? "best " + name : name, workload, best, bestPoint);
    }

    private void print(String name, Workload workload, double nanos, Map<String, Long> point) {
        KernelSignature signature = workload.signature();
        long[] axes = signature.maxAxes();
        long flops = workload.flops(axes);
        long bytes = workload.bytes(axes);
        double floor = rooflines.of(backend).floorNanos(workload, axes);
        String peer = name.substring(name.indexOf(' ') + 1);
        System.out.printf(Locale.ROOT, "%-38s %-4s %10.2f %9.1f %9.2f %9.3f %6.3f  %s%s%n", name,
                signature.dtype().id(), nanos / 1e3, bytes / nanos, flops / nanos / 1e3,
                peerNanos.getOrDefault(peer, Double.NaN) / nanos, floor / nanos,
                signature.attributes().getOrDefault("transpose_b", 0.0) != 0 ? "transposed " : "", point);
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
            double[] nanos = new double[BATCHES];
            for (int i = 0; i < BATCHES; i++) {
                nanos[i] = batch(kernel, sets, launches) / launches;
            }
            Arrays.sort(nanos);
            return nanos[BATCHES / 2];
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
