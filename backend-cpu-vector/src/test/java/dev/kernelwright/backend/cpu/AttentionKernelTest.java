package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.backend.cpu.KernelTrial.Values;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Attention;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Attention's baseline and template against the reference: prefill, decoding, grouped heads, ragged tiles. */
class AttentionKernelTest {
    private static final DeviceStream STREAM = new HostStream();
    private static final int RANDOM_POINTS = 8;
    private static final String PREFILL = "attention(batch=1..2,q_len=1..512,ctx=1..512,heads=1..8,kv_heads=1..8,"
            + "head_dim=1..256,causal=%d)";
    private static final String DECODE = "attention(batch=1..2,q_len=1..2,ctx=1..4096,heads=1..8,kv_heads=1..8,"
            + "head_dim=1..256,causal=1)";
    /** batch, q_len, ctx, heads, kv_heads, head_dim */
    private static final List<long[]> PREFILL_SHAPES = List.of(axes(1, 1, 1, 1, 1, 1), axes(2, 17, 17, 2, 2, 8),
            axes(1, 64, 64, 2, 1, 64), axes(1, 65, 129, 4, 2, 16), axes(1, 13, 200, 6, 2, 33),
            axes(2, 31, 70, 3, 1, 96),
            axes(1, 5, 64, 8, 8, 128), axes(1, 100, 127, 1, 1, 40));
    private static final List<long[]> DECODE_SHAPES = List.of(axes(1, 1, 1, 1, 1, 8), axes(1, 1, 7, 8, 4, 8),
            axes(1, 1, 64, 8, 2, 64), axes(2, 1, 65, 4, 4, 128), axes(1, 1, 1025, 8, 2, 128), axes(1, 2, 513, 8, 1, 20),
            axes(1, 1, 2048, 6, 2, 15));
    private static final BlockPool POOL = new BlockPool(2);
    private static final CpuBackend BACKEND = (CpuBackend) new CpuBackendProvider().open(0, POOL);

    private static long[] axes(long... values) {
        return values;
    }

    @AfterAll
    static void close() {
        BACKEND.close();
        POOL.close();
    }

    @TestFactory
    Stream<DynamicTest> prefillComputesItsOpWithinItsBoundAndTouchesNothingElse() {
        return Stream.concat(tests(parse(PREFILL.formatted(1)), PREFILL_SHAPES, 1),
                tests(parse(PREFILL.formatted(0)), PREFILL_SHAPES, 2));
    }

    @TestFactory
    Stream<DynamicTest> decodingComputesItsOpWithinItsBoundAndTouchesNothingElse() {
        return tests(parse(DECODE), DECODE_SHAPES, 3);
    }

    private static Workload parse(String text) {
        return StandardOps.catalog().parse(text, DType.F32);
    }

    private static Stream<DynamicTest> tests(Workload ranged, List<long[]> shapes, long seed) {
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(DynamicTest.dynamicTest("baseline of " + ranged, () -> {
            try (LoadedKernel kernel = BACKEND.baseline(ranged.signature()).orElseThrow()) {
                runAll(ranged, shapes, kernel);
            }
        }));
        KernelTemplate template = BACKEND.template(ranged.signature()).orElseThrow();
        for (Map<String, Long> point : points(template, ranged, seed)) {
            tests.add(DynamicTest.dynamicTest("ranged " + point, () -> {
                try (LoadedKernel kernel = load(template, point, ranged)) {
                    runAll(ranged, shapes, kernel);
                }
            }));
        }
        for (long[] shape : shapes) {
            Workload fixed = fix(ranged, shape);
            List<Map<String, Long>> points = points(template, fixed, seed);
            tests.add(DynamicTest.dynamicTest("fixed " + fixed, () -> {
                for (Map<String, Long> point : List.of(points.getFirst(), points.getLast())) {
                    try (LoadedKernel kernel = load(template, point, fixed)) {
                        new KernelTrial(fixed, shape, Values.NORMAL, 11, 0).run(kernel);
                    }
                }
            }));
        }
        return tests.stream();
    }

    private static Workload fix(Workload ranged, long[] shape) {
        Workload.Builder builder = Attention.DEFINITION.workload(DType.F32);
        ranged.signature().attributes().forEach(builder::attribute);
        for (int i = 0; i < shape.length; i++) {
            builder.axis(Attention.DEFINITION.axes().get(i), shape[i]);
        }
        return builder.build();
    }

    private static void runAll(Workload workload, List<long[]> shapes, LoadedKernel kernel) {
        for (long[] shape : shapes) {
            for (Values values : Values.values()) {
                new KernelTrial(workload, shape, values, 5, 4).run(kernel);
            }
        }
    }

    /** The default, then random admitted points. */
    private static List<Map<String, Long>> points(KernelTemplate template, Workload workload, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<Map<String, Long>> points = new HashSet<>();
        List<Map<String, Long>> ordered = new ArrayList<>();
        for (int draw = 0; draw < 500 && ordered.size() <= RANDOM_POINTS; draw++) {
            Map<String, Long> point = new LinkedHashMap<>();
            boolean first = draw == 0;
            template.parameters()
                    .forEach((name, values) -> point.put(name, values.get(first ? 0 : random.nextInt(values.size()))));
            assertThat(!first || template.admits(point, workload.signature())).as("the default is admitted").isTrue();
            if (template.admits(point, workload.signature()) && points.add(point)) {
                ordered.add(point);
            }
        }
        return ordered;
    }

    private static LoadedKernel load(KernelTemplate template, Map<String, Long> point, Workload workload)
            throws Exception {
        return BACKEND.load(BACKEND.compile(template.expand(point, workload.signature()), workload.signature()),
                workload.signature());
    }

    @Test
    void aMaskedKeyOrValueHasNoInfluenceEvenIfItIsNaN() throws Exception {
        long[] shape = axes(1, 20, 70, 4, 2, 24);
        Workload workload = fix(parse(PREFILL.formatted(1)), shape);
        KernelTemplate template = BACKEND.template(workload.signature()).orElseThrow();
        for (Map<String, Long> point : points(template, workload, 4)) {
            try (LoadedKernel kernel = load(template, point, workload)) {
                KernelTrial trial = new KernelTrial(workload, shape, Values.NORMAL, 3, 0);
                // The last key and value are seen by the last query only.
                for (int buffer = 1; buffer <= 2; buffer++) {
                    for (long i = 69 * 2 * 24; i < 70 * 2 * 24; i++) {
                        trial.segment(buffer).setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
                    }
                }
                trial.run(kernel);
            }
        }
    }

    @Test
    void theWorkspaceOfASmallerCallOfAClassFitsIt() throws Exception {
        Workload ranged = parse(PREFILL.formatted(1));
        KernelTemplate template = BACKEND.template(ranged.signature()).orElseThrow();
        try (LoadedKernel kernel = load(template, points(template, ranged, 1).getFirst(), ranged)) {
            long small = kernel.workspaceBytes(axes(1, 16, 16, 2, 2, 8));
            assertThat(small).isPositive().isLessThan(kernel.workspaceBytes(axes(2, 512, 512, 8, 8, 256)));
            LaunchArguments arguments = new LaunchArguments(4, 6);
            System.arraycopy(axes(1, 16, 16, 2, 2, 8), 0, arguments.axes(), 0, 6);
            for (int i = 0; i < 4; i++) {
                arguments.setBuffer(i, Tensor.allocate(DType.F32, 1, 16, 2, 8));
            }
            arguments.setWorkspace(Tensor.allocate(DType.F32, small / Float.BYTES));
            kernel.launch(STREAM, arguments);
            assertThat(arguments.buffer(3).toFloatArray()).containsOnly(0f);
        }
    }
}
