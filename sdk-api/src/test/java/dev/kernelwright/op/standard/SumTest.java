package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SumTest {
    @Test
    void eachRowIsSummedOnItsOwn() {
        double[] sums = OpRun.of("sum(rows=2,cols=3)", new float[]{1, 2, 3, -4, 0.5f, 4}).values();
        assertThat(sums).containsExactly(6, 0.5);
    }

    @Test
    void theSumOfNoColumnsIsZero() {
        assertThat(OpRun.of("sum(rows=2,cols=0)", new float[0]).values()).containsExactly(0, 0);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 7", "3, 64", "4, 1000", "5, 4096", "6, 4096", "7, 4096"})
    void theBoundAcceptsASequentialSumInF32(long seed, int cols) {
        float[] x = Samples.normal(seed, 16 * cols);
        float[] found = PlainKernels.HONEST.sum(x, 16, cols);
        assertThat(OpRun.of("sum(rows=16,cols=" + cols + ")", x).worstRatio(found)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64", "1000", "4096"})
    void theBoundRejectsSumsKeptInHalfPrecision(int cols) {
        float[] x = Samples.normal(8, 16 * cols);
        OpRun run = OpRun.of("sum(rows=16,cols=" + cols + ")", x);
        assertThat(run.worstRatio(PlainKernels.BF16_SUMS.sum(x, 16, cols))).isGreaterThan(10);
        assertThat(run.worstRatio(PlainKernels.F16_SUMS.sum(x, 16, cols))).isGreaterThan(1);
    }

    @ParameterizedTest
    @CsvSource({"1", "64", "1000", "4096"})
    void theBoundRejectsASumWithoutItsLastTerm(int cols) {
        float[] x = Samples.normal(9, 16 * cols);
        float[] found = PlainKernels.DROPS_A_TERM.sum(x, 16, cols);
        assertThat(OpRun.of("sum(rows=16,cols=" + cols + ")", x).worstRatio(found)).isGreaterThan(10);
    }
}
