package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Map;
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

    /** 16,000 operations, and 1,200 elements: at 100 operations and 200 bytes a nanosecond, 160 ns and 24 or 12. */
    private static Workload matmul(String allowed, DType dtype) {
        return StandardOps.catalog().parse("matmul(m=20,n=20,k=20" + allowed + ")", dtype);
    }

    @Test
    void theFloorIsTheLongerOfArithmeticAndMemory() {
        assertThat(ROOFLINE.floorNanos(matmul("", DType.F32), new long[]{20, 20, 20})).isEqualTo(160);
        // 120 bytes, and ten operations in a tenth of a nanosecond.
        Workload add = StandardOps.catalog().parse("add(n=10)", DType.F32);
        assertThat(ROOFLINE.floorNanos(add, new long[]{10})).isEqualTo(0.6);
        assertThat(ROOFLINE.floorNanos(add, new long[]{0})).isZero();
    }

    @ParameterizedTest
    @CsvSource({"F32, '', 160", "F16, '', 160", "BF16, '', 20", "F32, ',allow=tf32', 160"})
    void unitsForMatricesCountForTheirTypes(DType dtype, String allowed, double nanos) {
        Roofline withUnits = new Roofline(100e9, Map.of(DType.BF16, 800e9), ROOFLINE.bandwidths());
        assertThat(withUnits.floorNanos(matmul(allowed, dtype), new long[]{20, 20, 20})).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource({"F32, '', 80", "F32, ',allow=tf32', 26.667"})
    void threeProductsOfTf32AreOneOfF32(DType dtype, String allowed, double nanos) {
        Roofline withUnits = new Roofline(100e9, Map.of(DType.F32, 200e9), ROOFLINE.bandwidths());
        assertThat(withUnits.floorNanos(matmul(allowed, dtype), new long[]{20, 20, 20})).isCloseTo(nanos, within(1e-3));
    }

    @Test
    void aRooflineWithoutBandwidthsIsRefused() {
        assertThatThrownBy(() -> new Roofline(1, List.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a roofline was given no bandwidth: measure at least one");
    }
}
