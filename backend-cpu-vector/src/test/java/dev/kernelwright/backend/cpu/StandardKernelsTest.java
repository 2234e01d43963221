package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every baseline, and every template at its default and at random points, against the op's reference, on shapes that are
 * awkward for vectors, tiles and blocks.
 *
 * <p>Compiling takes most of the time. So each point is compiled once with every axis a range, and run on all shapes; and
 * for each shape one is compiled with fixed axes, by turns the default and one of the others.
 */
@SuppressWarnings("NarrowCalculation") // small numbers
class StandardKernelsTest {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();
    private static final int RANDOM_POINTS = 6;
    private static final BlockPool POOL = new BlockPool(2);
    private static final CpuBackend BACKEND = (CpuBackend) new CpuBackendProvider().open(0, POOL);

    /**
     * Workloads that share a template.
     *
     * @param text the workload class, which decides which points are admitted; its ranges hold every shape
     * @param shapes values of the axes
     */
    private record Family(String text, List<long[]> shapes) {
        static Family of(String text, long[]... shapes) {
            return new Family(text, List.of(shapes));
        }

        Workload ranged() {
            return StandardOps.catalog().parse(text, DType.F32);
        }

        Workload fixed(long[] shape) {
            OpDefinition op = ranged().op();
            Workload.Builder builder = op.workload(DType.F32);
            ranged().signature().attributes().forEach(builder::attribute);
            for (int i = 0; i < shape.length; i++) {
                builder.axis(op.axes().get(i), shape[i]);
            }
            return builder.build();
        }
    }

    private static List<Family> families() {
        List<Family> families = new ArrayList<>();
        for (String op : List.of("add", "mul", "silu_mul", "gelu")) {
            families.add(Family.of(op + "(n=0..1048576)", shape(0), shape(1), shape(LANES - 1), shape(LANES),
                    shape(LANES + 1), shape(127), shape(311), shape(4096 + 2 * LANES + 3), shape(32769)));
        }
        for (String op : List.of("sum", "argmax", "softmax", "rms_norm", "layer_norm")) {
            families.add(Family.of(op + "(rows=0..64,cols=1..262144)", shape(0, 5), shape(1, 1), shape(3, LANES - 1),
                    shape(2, LANES), shape(5, LANES + 1), shape(1, 4 * LANES - 1), shape(4, 8 * LANES + 1),
                    shape(17, 127), shape(61, 13), shape(2, 2049), shape(1, 128L * LANES + 5)));
            // More rows than a block of any point holds.
            families.add(Family.of(op + "(rows=0..4096,cols=1..512)", shape(311, 7), shape(129, LANES + 1)));
        }
        families.add(Family.of("sum(rows=0..64,cols=0..16)", shape(0, 0), shape(3, 0), shape(5, 16)));
        families.add(Family.of("embedding(rows=0..4096,vocab=1..4096,dim=0..4096)", shape(0, 1, 8), shape(1, 1, 1),
                shape(3, 5, 0), shape(5, 3, LANES - 1), shape(7, 11, LANES), shape(67, 13, LANES + 1),
                shape(3, 5, 300), shape(259, 31, 2)));
        for (int interleaved : new int[]{0, 1}) {
            families.add(Family.of("rope(rows=0..512,heads=0..128,head_dim=0..512,positions=1..8192,interleaved="
                    + interleaved + ")", shape(0, 1, 8, 1), shape(2, 0, 8, 3), shape(2, 2, 0, 3), shape(1, 1, 2, 1),
                    shape(3, 2, 2L * LANES, 7), shape(2, 3, 2L * LANES - 2, 5), shape(5, 1, 2L * LANES + 2, 9),
                    shape(17, 3, LANES, 40), shape(2, 1, LANES + 2, 3), shape(131, 2, 6, 11), shape(3, 2, 128, 64)));
        }
        families.addAll(products());
        return families;
    }

    private static List<Family> products() {
        List<Family> families = new ArrayList<>();
        for (int transposed : new int[]{0, 1}) {
            families.add(Family.of("matmul(m=0..512,n=0..4096,k=0..4096,transpose_b=" + transposed + ")",
                    shape(0, 3, 4), shape(3, 0, 5), shape(3, 5, 0), shape(1, 1, 1), shape(5, 4 * LANES - 1, LANES + 1),
                    shape(13, 31, 7), shape(6, 64, 33), shape(29, 4 * LANES + 1, 127), shape(65, 66, 67),
                    shape(7, 300, 401)));
            // Few rows have a template of their own.
            families.add(Family.of("matmul(m=0..4,n=0..4096,k=0..4096,transpose_b=" + transposed + ")",
                    shape(0, 3, 4), shape(1, 0, 5), shape(2, 5, 0), shape(1, 1, 1), shape(3, LANES - 1, LANES + 1),
                    shape(4, 31, 7), shape(1, 4 * LANES + 1, 127), shape(2, 517, 67), shape(1, 300, 1025)));
        }
        for (int causal : new int[]{0, 1}) {
            families.add(Family.of(
                    "attention(batch=0..4,q_len=0..64,ctx=1..4096,heads=1..8,kv_heads=1..1,head_dim=1..128,"
                            + "causal=" + causal + ")",
                    shape(0, 1, 1, 1, 1, 8), shape(1, 0, 4, 2, 1, 8),
                    shape(1, 1, 1, 1, 1, 1), shape(2, 3, 7, 2, 1, LANES - 1), shape(1, 1, 300, 8, 1, LANES),
                    shape(1, 33, 65, 3, 1, LANES + 1), shape(1, 17, 17, 1, 1, 64), shape(2, 5, 131, 2, 1, 2 * LANES)));
        }
        return families;
    }

    private static long[] shape(long... axes) {
        return axes;
    }

    @AfterAll
    static void close() {
        BACKEND.close();
        POOL.close();
    }

    @Test
    void everyStandardOpHasABaselineATemplateAndAFamilyHere() {
        Set<String> tested = families().stream().map(family -> family.ranged().op().name())
                .collect(Collectors.toSet());
        for (Family family : families()) {
            KernelSignature signature = family.ranged().signature();
            assertThat(BACKEND.baseline(signature)).as("the baseline for %s", signature).isPresent();
            assertThat(BACKEND.template(signature)).as("the template for %s", signature).isPresent();
        }
        assertThat(tested).containsAll(StandardOps.all().stream().map(OpDefinition::name).toList());
    }

    @TestFactory
    Stream<DynamicContainer> kernelsComputeTheirOpWithinItsBoundAndTouchNothingElse() {
        return families().stream().map(family -> DynamicContainer.dynamicContainer(family.text(), tests(family)));
    }

    private static Stream<DynamicTest> tests(Family family) {
        List<DynamicTest> tests = new ArrayList<>();
        Workload ranged = family.ranged();
        tests.add(DynamicTest.dynamicTest("baseline", () -> {
            try (LoadedKernel kernel = BACKEND.baseline(ranged.signature()).orElseThrow()) {
                runOnEveryShape(family, ranged, kernel);
            }
        }));
        KernelTemplate template = BACKEND.template(ranged.signature()).orElseThrow();
        List<Map<String, Long>> points = points(template, ranged.signature());
        for (Map<String, Long> point : points) {
            tests.add(DynamicTest.dynamicTest("ranged " + point, () -> {
                try (LoadedKernel kernel = load(template, point, ranged.signature())) {
                    runOnEveryShape(family, ranged, kernel);
                }
            }));
        }
        for (int i = 0; i < family.shapes().size(); i++) {
            Workload fixed = family.fixed(family.shapes().get(i));
            int index = i;
            tests.add(DynamicTest.dynamicTest("fixed " + fixed, () -> runWithFixedAxes(fixed, index)));
        }
        return tests.stream();
    }

    private static void runOnEveryShape(Family family, Workload ranged, LoadedKernel kernel) {
        for (int i = 0; i < family.shapes().size(); i++) {
            trial(ranged, family.shapes().get(i), i).run(kernel);
        }
    }

    private static void runWithFixedAxes(Workload fixed, int index) throws KernelRejectedException {
        KernelSignature signature = fixed.signature();
        KernelTemplate template = BACKEND.template(signature).orElseThrow();
        List<Map<String, Long>> points = points(template, signature);
        assertThat(template.admits(points.getFirst(), signature)).as("the default point of %s is admitted", fixed)
                .isTrue();
        Map<String, Long> point = points.get(index % 2 == 0 ? 0 : (index / 2 + 1) % points.size());
        try (LoadedKernel kernel = load(template, point, signature)) {
            trial(fixed, signature.maxAxes(), index + 1).run(kernel);
        }
    }

    /** Takes the kinds of values in turn, and buffers that begin at a cache line or as badly as is allowed. */
    private static KernelTrial trial(Workload workload, long[] axes, int index) {
        KernelTrial.Values[] kinds = KernelTrial.Values.values();
        return new KernelTrial(workload, axes, kinds[index % kinds.length], index, index % 2 == 0 ? 0 : 4);
    }

    private static LoadedKernel load(KernelTemplate template, Map<String, Long> point, KernelSignature signature)
            throws KernelRejectedException {
        return BACKEND.load(BACKEND.compile(template.expand(point, signature), signature), signature);
    }

    /** The default point, and some others that are admitted. */
    private static List<Map<String, Long>> points(KernelTemplate template, KernelSignature signature) {
        Set<Map<String, Long>> points = new HashSet<>();
        List<Map<String, Long>> ordered = new ArrayList<>();
        Map<String, Long> first = new LinkedHashMap<>();
        template.parameters().forEach((name, values) -> first.put(name, values.getFirst()));
        points.add(first);
        ordered.add(first);
        SplittableRandom random = new SplittableRandom(signature.toString().hashCode());
        IntStream.range(0, 200).forEach(attempt -> {
            Map<String, Long> point = new LinkedHashMap<>();
            template.parameters().forEach((name, values) -> point.put(name, values.get(random.nextInt(values.size()))));
            if (points.size() <= RANDOM_POINTS && template.admits(point, signature) && points.add(point)) {
                ordered.add(point);
            }
        });
        return ordered;
    }
}
