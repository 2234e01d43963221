package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.LoadedKernel;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every baseline against its op's reference. */
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

    /** Takes the kinds of values in turn, and buffers that begin at a cache line or as badly as is allowed. */
    private static void runOnEveryShape(TestFamily family, Workload workload, LoadedKernel kernel) {
        KernelTrial.Values[] kinds = KernelTrial.Values.values();
        for (int i = 0; i < family.shapes().size(); i++) {
            new KernelTrial(backend, workload, family.shapes().get(i), kinds[i % kinds.length], i, i % 2 == 0 ? 0 : 4)
                    .run(kernel);
        }
    }
}
