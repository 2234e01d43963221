package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.LoadedKernel;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every baseline and every template against its op's reference; a template for GPUs is right on a CPU too. */
class StandardKernelsTest {
    private static OpenClBackend backend;

    @BeforeAll
    static void open() {
        backend = OpenedDevice.open();
    }

    @AfterAll
    static void close() {
        if (backend != null) {
            backend.close();
        }
    }

    @Test
    void everyStandardOpHasABaselineAndAFamilyHere() {
        assertThat(TestFamily.all()).allSatisfy(family -> {
            try (LoadedKernel kernel = backend.baseline(family.ranged().signature()).orElseThrow()) {
                assertThat(kernel).isNotNull();
            }
        });
        assertThat(TestFamily.all().stream().map(family -> family.ranged().op().name()).collect(Collectors.toSet()))
                .containsAll(StandardOps.all().stream().map(OpDefinition::name).toList());
    }

    @TestFactory
    Stream<DynamicTest> baselinesComputeTheirOpWithinItsBoundAndTouchNothingElse() {
        return TestFamily.all().stream().map(family -> DynamicTest.dynamicTest(family.text(), () -> {
            Workload ranged = family.ranged();
            try (LoadedKernel kernel = backend.baseline(ranged.signature()).orElseThrow()) {
                runOnEveryShape(family, ranged, kernel);
            }
        }));
    }

    /** Every value of every parameter that the ranges admit, in a kernel that takes its axes from the arguments. */
    @TestFactory
    Stream<DynamicContainer> templatesComputeTheirOpWithinItsBoundAndTouchNothingElse() {
        return TestFamily.all().stream().flatMap(family -> kinds(family.ranged()).map(isGpu -> {
            Workload ranged = family.ranged();
            KernelTemplate template = template(ranged, isGpu);
            return DynamicContainer.dynamicContainer(family.text() + (isGpu ? " on GPUs" : " on CPUs"),
                    TemplatePoints.covering(template, ranged.signature()).stream()
                            .map(point -> DynamicTest.dynamicTest(point.toString(), () -> {
                                try (LoadedKernel kernel = load(template, point, ranged)) {
                                    runOnEveryShape(family, ranged, kernel);
                                }
                            })));
        }));
    }

    /** The search space of a fixed shape is another than that of its class; a point of some is enough. */
    @TestFactory
    Stream<DynamicContainer> templatesComputeTheirOpForFixedShapes() {
        return TestFamily.all().stream().map(family -> DynamicContainer.dynamicContainer(family.text(),
                IntStream.range(0, family.shapes().size()).filter(i -> i % 3 == 2).mapToObj(i -> {
                    boolean isGpu = i % 2 == 0;
                    Workload fixed = family.fixed(family.shapes().get(i));
                    return DynamicTest.dynamicTest(fixed.toString(), () -> {
                        KernelTemplate template = template(fixed, isGpu);
                        List<Map<String, Long>> points = TemplatePoints.covering(template, fixed.signature());
                        assertThat(template.admits(points.getFirst(), fixed.signature()))
                                .as("the default point is admitted").isTrue();
                        try (LoadedKernel kernel = load(template, points.get(i % points.size()), fixed)) {
                            trial(fixed, family.shapes().get(i), i + 1).run(kernel);
                        }
                    });
                })));
    }

    /** Whether the device is a GPU: both, where the templates differ. */
    private static Stream<Boolean> kinds(Workload workload) {
        return template(workload, false).equals(template(workload, true)) ? Stream.of(false) : Stream.of(false, true);
    }

    private static KernelTemplate template(Workload workload, boolean isGpu) {
        return KernelFiles.template(workload.signature(), isGpu).orElseThrow();
    }

    private static LoadedKernel load(KernelTemplate template, Map<String, Long> point, Workload workload)
            throws KernelRejectedException {
        return backend.load(backend.compile(template.expand(point, workload.signature()), workload.signature()),
                workload.signature());
    }

    private static void runOnEveryShape(TestFamily family, Workload workload, LoadedKernel kernel) {
        for (int i = 0; i < family.shapes().size(); i++) {
            trial(workload, family.shapes().get(i), i).run(kernel);
        }
    }

    /** Takes the kinds of values in turn, and buffers that begin at a cache line or as badly as is allowed. */
    private static KernelTrial trial(Workload workload, long[] axes, int index) {
        KernelTrial.Values[] kinds = KernelTrial.Values.values();
        return new KernelTrial(backend, workload, axes, kinds[index % kinds.length], index, index % 2 == 0 ? 0 : 4);
    }
}
