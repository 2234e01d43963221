package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The kernel that is made anew for extents which an instrument can bear. */
class SmallCaseTest {
    private static final String TEMPLATE = """
            // @parameter TILE 16 32
            // @require cols % TILE == 0
            // @step run grid=rows block=TILE
            #define TILE 16
            #define COLS 0
            #define ROWS 0
            """;

    private static Workload workload(String text) {
        return StandardOps.catalog().parse(text, DType.F32);
    }

    private static KernelSource source(Workload workload) {
        return KernelTemplate.parse("c", TEMPLATE).expand(Map.of("TILE", 32L), workload.signature());
    }

    @Test
    void whatIsCompiledInIsHalvedAndMadeAnewAtTheSamePoint() {
        Workload large = workload("softmax(rows=4096,cols=2048)");
        SmallCase small = SmallCase.of(large, source(large)).orElseThrow();
        assertThat(small.axes()).containsExactly(64, 64);
        assertThat(small.source().text()).contains("#define COLS 64", "#define ROWS 64", "#define TILE 32");
        assertThat(small.source().plan().steps().getFirst().block().getFirst()).hasToString("32");
        assertThat(small.signature().maxAxes()).containsExactly(64, 64);
    }

    @Test
    void ofARangeASmallExtentIsTaken() {
        Workload ranged = workload("softmax(rows=1..4096,cols=2048)");
        SmallCase small = SmallCase.of(ranged, source(ranged)).orElseThrow();
        assertThat(small.axes()).containsExactly(64, 64);
        assertThat(small.signature().axes().getFirst().max()).isEqualTo(4096);
    }

    @Test
    void aKernelThatIsMadeForNoSmallExtentsHasNone() {
        Workload large = workload("softmax(rows=8,cols=4099)");
        KernelTemplate wide = KernelTemplate.parse("c", TEMPLATE.replace("cols % TILE == 0", "cols >= 4000"));
        assertThat(SmallCase.of(large, wide.expand(Map.of("TILE", 32L), large.signature()))).isEmpty();
    }
}
