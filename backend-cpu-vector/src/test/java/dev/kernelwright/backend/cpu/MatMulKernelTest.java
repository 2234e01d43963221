package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.backend.cpu.KernelTrial.Values;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.MatMul;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tensor.DType;
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
import org.junit.jupiter.api.TestFactory;

/** Products with both layouts of b against the reference: one row, a few, many; ragged tiles and panels. */
class MatMulKernelTest {
    private static final int RANDOM_POINTS = 6;
    /** m, n, k */
    private static final List<long[]> FEW_ROWS = List.of(axes(1, 1, 1), axes(1, 64, 64), axes(1, 172, 64),
            axes(1, 33, 173), axes(2, 5, 7), axes(3, 130, 31), axes(4, 1025, 16), axes(1, 512, 2053));
    private static final List<long[]> MANY_ROWS = List.of(axes(1, 1, 1), axes(5, 1, 3), axes(17, 16, 1),
            axes(64, 64, 64), axes(65, 129, 127), axes(7, 257, 300), axes(100, 31, 513), axes(33, 140, 1030));
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
    Stream<DynamicTest> productsOfAFewRowsAreRightAndTouchNothingElse() {
        return Stream.of(0, 1)
                .flatMap(transposed -> tests(parse("matmul(m=1..4,n=1..4096,k=1..4096,transpose_b=" + transposed + ")"),
                        FEW_ROWS, 1));
    }

    @TestFactory
    Stream<DynamicTest> productsOfManyRowsAreRightAndTouchNothingElse() {
        return Stream.of(0, 1).flatMap(transposed -> tests(
                parse("matmul(m=1..512,n=1..4096,k=1..4096,transpose_b=" + transposed + ")"), MANY_ROWS, 2));
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
        Workload.Builder builder = MatMul.DEFINITION.workload(DType.F32);
        ranged.signature().attributes().forEach(builder::attribute);
        for (int i = 0; i < shape.length; i++) {
            builder.axis(MatMul.DEFINITION.axes().get(i), shape[i]);
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
}
