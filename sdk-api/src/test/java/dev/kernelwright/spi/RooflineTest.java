package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RooflineTest {
    /** 100 GFLOP/s; 200 GB/s below 1 MB, 50 GB/s below 16 MB, 10 GB/s from there on. */
    private static final Roofline ROOFLINE = new Roofline(100e9, List.of(new Roofline.Bandwidth(32_000, 200e9),
            new Roofline.Bandwidth(1_000_000, 50e9), new Roofline.Bandwidth(16_000_000, 10e9)));

    @ParameterizedTest
    @CsvSource({"0, 200e9", "31999, 200e9", "32000, 200e9", "999999, 200e9", "1000000, 50e9", "15999999, 50e9",
            "16000000, 10e9", "9000000000, 10e9"})
    void theBandwidthIsThatOfTheLargestMeasuredSetThatIsNotLarger(long bytes, double bytesPerSecond) {
        assertThat(ROOFLINE.bytesPerSecond(bytes)).isEqualTo(bytesPerSecond);
    }

    @Test
    void theFloorIsTheLongerOfArithmeticAndMemory() {
        // 1e6 operations at 100 per ns: 10 us. 1e5 bytes at 200 per ns: 500 ns.
        assertThat(ROOFLINE.floorNanos(1_000_000, 100_000)).isEqualTo(10_000);
        // 100 operations: 1 ns. 20 MB at 10 per ns: 2 ms.
        assertThat(ROOFLINE.floorNanos(100, 20_000_000)).isEqualTo(2_000_000);
        assertThat(ROOFLINE.floorNanos(0, 0)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"F32, '', 160", "F16, '', 12", "BF16, '', 12", "F32, ',allow=tf32', 24"})
    void arithmeticCountsWhereNoUnitForMatricesMayDoIt(DType dtype, String allowed, double nanos) {
        // 16,000 operations at 100 per ns; 1,200 elements at 200 bytes per ns.
        Workload workload = StandardOps.catalog().parse("matmul(m=20,n=20,k=20" + allowed + ")", dtype);
        assertThat(ROOFLINE.floorNanos(workload, workload.signature().maxAxes())).isEqualTo(nanos);
    }

    @Test
    void aRooflineWithoutBandwidthsIsRefused() {
        assertThatThrownBy(() -> new Roofline(1, List.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a roofline was given no bandwidth: measure at least one");
    }
}
