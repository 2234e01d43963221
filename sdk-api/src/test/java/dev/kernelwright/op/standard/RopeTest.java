package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RopeTest {
    // Tables need not hold a rotation, so small integers do for the formula.
    private static final Tensor COS = Tensor.of(new float[]{1, 1, 2, 0}, 2, 2);
    private static final Tensor SIN = Tensor.of(new float[]{0, 0, 3, 1}, 2, 2);

    @Test
    void halfSplitPairsAreHalfAHeadApart() {
        double[] values = OpRun.of("rope(rows=1,heads=1,head_dim=4,positions=2)",
                Tensor.of(new float[]{1, 2, 3, 4}, 1, 1, 4), COS, SIN, Tensor.of(new int[]{1}, 1)).values();
        // (1, 3) with c = 2, s = 3: 2 - 9, 6 + 3. (2, 4) with c = 0, s = 1: -4, 2.
        assertThat(values).containsExactly(-7, -4, 9, 2);
    }

    @Test
    void interleavedPairsAreNeighbours() {
        double[] values = OpRun.of("rope(rows=1,heads=1,head_dim=4,positions=2,interleaved=1)",
                Tensor.of(new float[]{1, 2, 3, 4}, 1, 1, 4), COS, SIN, Tensor.of(new int[]{1}, 1)).values();
        // (1, 2) with c = 2, s = 3: 2 - 6, 4 + 3. (3, 4) with c = 0, s = 1: -4, 3.
        assertThat(values).containsExactly(-4, 7, -4, 3);
    }

    @Test
    void everyHeadOfARowTurnsByTheRowsPosition() {
        double[] values = OpRun.of("rope(rows=2,heads=2,head_dim=4,positions=2)",
                Tensor.of(new float[]{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 0, 1, 0, 0}, 2, 2, 4), COS, SIN,
                Tensor.of(new int[]{0, 1}, 2)).values();
        // Position 0 turns nothing. At position 1, (0, 0) stays and (1, 0) with c = 0, s = 1 becomes (0, 1).
        assertThat(values).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, -7, -4, 9, 2, 0, 0, 0, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theNormOfEveryPairIsKept(int interleaved) {
        int headDim = 64;
        Workload workload = StandardOps.catalog().parse("rope(rows=3,heads=2,head_dim=64,positions=5,interleaved="
                + interleaved + ")", DType.F32);
        float[] x = Samples.normal(1, 3 * 2 * headDim);
        float[] angles = Samples.normal(2, 5 * headDim / 2);
        double[] values = OpRun.of(workload, List.of(Tensor.of(x, 3, 2, headDim),
                Tensor.of(cosines(angles), 5, 32), Tensor.of(sines(angles), 5, 32),
                Tensor.of(new int[]{4, 0, 2}, 3))).values();
        int apart = interleaved == 1 ? 1 : headDim / 2;
        for (int head = 0; head < 6; head++) {
            for (int pair = 0; pair < headDim / 2; pair++) {
                int at = head * headDim + (interleaved == 1 ? 2 * pair : pair);
                // 1e-6: the tables are rounded to f32, so that c^2 + s^2 is within 2^-22 of 1.
                double norm = Math.hypot(x[at], x[at + apart]);
                assertThat(Math.hypot(values[at], values[at + apart])).isCloseTo(norm, within(1e-6 * norm));
            }
        }
    }

    @Test
    void anOddHeadIsRefused() {
        assertThatThrownBy(() -> StandardOps.catalog().parse("rope(rows=1,heads=1,head_dim=3,positions=1)", DType.F32))
                .hasMessageEndingWith("but rope requires head_dim % 2 == 0: choose other values");
    }

    @Test
    void bytesCountOnlyTableRowsThatAreTouched() {
        Workload decode = StandardOps.catalog().parse("rope(rows=2,heads=8,head_dim=64,positions=4096)", DType.F32);
        // x and out of 2*8*64 floats, two rows of cos and sin of 32 floats each, two positions.
        assertThat(decode.bytes(decode.signature().maxAxes())).isEqualTo(4 * (2 * 1024 + 2 * 2 * 32 + 2));
        Workload prefill = StandardOps.catalog().parse("rope(rows=100,heads=1,head_dim=2,positions=10)", DType.F32);
        assertThat(prefill.bytes(prefill.signature().maxAxes())).isEqualTo(4 * (2 * 200 + 10 * 2 + 100));
    }

    @Test
    void theBoundAcceptsF32AndRejectsHalfPrecisionAndAMissingSine() {
        int rows = 64;
        int headDim = 64;
        float[] x = Samples.normal(3, rows * headDim);
        float[] angles = Samples.normal(4, rows * headDim / 2);
        int[] position = new int[rows];
        for (int r = 0; r < rows; r++) {
            position[r] = r;
        }
        float[] cos = cosines(angles);
        float[] sin = sines(angles);
        OpRun run = OpRun.of("rope(rows=64,heads=1,head_dim=64,positions=64)", Tensor.of(x, rows, 1, headDim),
                Tensor.of(cos, rows, 32), Tensor.of(sin, rows, 32), Tensor.of(position, rows));
        assertThat(run.worstRatio(PlainKernels.HONEST.rope(x, cos, sin, rows, 1, headDim))).isLessThanOrEqualTo(1);
        assertThat(run.worstRatio(PlainKernels.F16_SUMS.rope(x, cos, sin, rows, 1, headDim))).isGreaterThan(100);
        assertThat(run.worstRatio(PlainKernels.DROPS_A_TERM.rope(x, cos, sin, rows, 1, headDim))).isGreaterThan(100);
    }

    private static float[] cosines(float[] angles) {
        float[] cosines = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            cosines[i] = (float) Math.cos(angles[i]);
        }
        return cosines;
    }

    private static float[] sines(float[] angles) {
        float[] sines = new float[angles.length];
        for (int i = 0; i < angles.length; i++) {
            sines[i] = (float) Math.sin(angles[i]);
        }
        return sines;
    }
}
