package dev.kernelwright.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.Add;
import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.spi.Target;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Map;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class CpuBackendProviderTest {
    private static final Workload ADD = Add.DEFINITION.workload(DType.F32).axis("n", 64).build();

    @Test
    void findsOneDeviceAndSaysWhatItIs() {
        Probe probe = new CpuBackendProvider().probe();
        assertThat(probe).isInstanceOf(Probe.Available.class);
        List<DeviceDescription> devices = ((Probe.Available) probe).devices();
        assertThat(devices).hasSize(1);
        assertThat(devices.getFirst().name()).isEqualTo("cpu");
        assertThat(devices.getFirst().model()).isNotBlank();
        Map<String, String> facts = devices.getFirst().facts();
        assertThat(facts).containsKeys("arch", "cores", "vector_bits", "features", "java");
        assertThat(facts.get("arch")).isNotBlank();
        assertThat(facts.get("java")).isNotBlank();
        assertThat(Integer.parseInt(facts.get("cores"))).isPositive();
        assertThat(facts).containsEntry("vector_bits",
                Integer.toString(FloatVector.SPECIES_PREFERRED.vectorBitSize()));
    }

    @Test
    void aKernelForOneThreadIsNotTakenForTwo() {
        Target one = Processor.current().target(1);
        Target two = Processor.current().target(2);
        assertThat(KernelKey.of(ADD, one).digest()).isNotEqualTo(KernelKey.of(ADD, two).digest())
                .isEqualTo(KernelKey.of(ADD, Processor.current().target(1)).digest());
        assertThat(KernelKey.of(ADD, one).differences(KernelKey.of(ADD, two))).singleElement().asString()
                .contains("threads");
    }

    @Test
    void theBuildOfJavaAndTheSystemAreRecordedButNotCompared() {
        assertThat(Processor.current().target(1).fields()).filteredOn(f -> f.match() == Target.Match.IGNORED)
                .extracting(Target.Field::name).contains("java_build", "os", "caches");
    }

    @Test
    void theRooflineIsPlausible() {
        try (BlockPool pool = new BlockPool(2); Backend backend = new CpuBackendProvider().open(0, pool)) {
            Roofline roofline = backend.measureRoofline();
            assertThat(roofline.flopsPerSecond()).isGreaterThan(1e9);
            double memory = roofline.bandwidths().getLast().bytesPerSecond();
            assertThat(memory).isPositive();
            for (int i = 0; i < roofline.bandwidths().size(); i++) {
                Roofline.Bandwidth bandwidth = roofline.bandwidths().get(i);
                // Caches are faster; 0.8 leaves room for a machine that is busy with something else.
                assertThat(bandwidth.bytesPerSecond()).as("%s", bandwidth).isGreaterThan(0.8 * memory);
                if (i > 0) {
                    assertThat(bandwidth.workingSetBytes())
                            .isGreaterThan(roofline.bandwidths().get(i - 1).workingSetBytes());
                }
            }
        }
    }
}
