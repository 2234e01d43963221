package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RmsNormTest {
    @Test
    void rowsAreDividedByTheirRootMeanSquareAndWeighted() {
        // 3 and 4: the mean square is 12.5, and with eps = 12.5 the root is 5.
        double[] values = OpRun.of("rms_norm(rows=2,cols=2,eps=12.5)", new float[]{3, 4, -4, 3}, new float[]{1, 2})
                .values();
        assertThat(values).containsExactly(0.6, 1.6, -0.8, 1.2);
    }

    @Test
    void valuesWithoutEpsAreThoseOfThePaper() {
        // 3 / sqrt(12.5) and 4 / sqrt(12.5) * 2, by mpmath.
        double[] values = OpRun.of("rms_norm(rows=1,cols=2,eps=0)", new float[]{3, 4}, new float[]{1, 2}).values();
        // 1e-15: the reference computes in double.
        assertThat(values).containsExactly(new double[]{0.848528137423857, 2.262741699796952}, within(1e-15));
    }

    @Test
    void aRowTimesAPositiveNumberGivesTheSameResult() {
        float[] x = Samples.normal(1, 300);
        float[] weight = Samples.normal(2, 100);
        double[] values = OpRun.of("rms_norm(rows=3,cols=100,eps=0)", x, weight).values();
        double[] scaled = OpRun.of("rms_norm(rows=3,cols=100,eps=0)", Samples.affine(x, 1024, 0), weight).values();
        assertThat(scaled).containsExactly(values, within(1e-14));
    }

    @Test
    void aRowOfZerosGivesZerosUnlessEpsIsZero() {
        assertThat(OpRun.of("rms_norm(rows=1,cols=2)", new float[2], new float[]{1, 2}).values()).containsOnly(0);
        assertThat(OpRun.of("rms_norm(rows=1,cols=2,eps=0)", new float[2], new float[]{1, 2}).values())
                .containsOnly(Double.NaN);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 7", "3, 64", "4, 1000", "5, 4096", "6, 4096"})
    void theBoundAcceptsAnF32Kernel(long seed, int cols) {
        float[] x = Samples.normal(seed, 4 * cols);
        float[] weight = Samples.normal(seed + 100, cols);
        OpRun run = OpRun.of("rms_norm(rows=4,cols=" + cols + ")", x, weight);
        assertThat(run.worstRatio(PlainKernels.HONEST.rmsNorm(x, weight, 4, cols, 1e-5f))).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64", "1000", "4096"})
    void theBoundRejectsSumsKeptInHalfPrecision(int cols) {
        float[] x = Samples.normal(7, 4 * cols);
        float[] weight = Samples.normal(8, cols);
        OpRun run = OpRun.of("rms_norm(rows=4,cols=" + cols + ")", x, weight);
        assertThat(run.worstRatio(PlainKernels.BF16_SUMS.rmsNorm(x, weight, 4, cols, 1e-5f))).isGreaterThan(10);
        assertThat(run.worstRatio(PlainKernels.F16_SUMS.rmsNorm(x, weight, 4, cols, 1e-5f))).isGreaterThan(10);
    }

    @ParameterizedTest
    @CsvSource({"1", "64", "1000", "4096"})
    void theBoundRejectsASumWithoutItsLastTerm(int cols) {
        float[] x = Samples.normal(9, 4 * cols);
        float[] weight = Samples.normal(10, cols);
        float[] found = PlainKernels.DROPS_A_TERM.rmsNorm(x, weight, 4, cols, 1e-5f);
        assertThat(OpRun.of("rms_norm(rows=4,cols=" + cols + ")", x, weight).worstRatio(found)).isGreaterThan(10);
    }
}
