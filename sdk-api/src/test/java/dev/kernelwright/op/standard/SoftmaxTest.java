package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SoftmaxTest {
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @Test
    void valuesAreExponentialsOverTheirSum() {
        // e^1, e^2, e^3 over their sum, by mpmath.
        double[] values = OpRun.of("softmax(rows=2,cols=3)", new float[]{1, 2, 3, 5, 5, -INFINITY}).values();
        // 1e-15: the reference computes in double.
        assertThat(values).containsExactly(new double[]{0.09003057317038046, 0.24472847105479764,
                0.6652409557748219, 0.5, 0.5, 0}, within(1e-15));
    }

    @Test
    void eachRowSumsToOneHoweverLargeItsElements() {
        double[] values = OpRun.of("softmax(rows=8,cols=100)",
                Samples.affine(Samples.normal(1, 800), 1000, 1e6f)).values();
        for (int r = 0; r < 8; r++) {
            assertThat(Arrays.stream(values, r * 100, r * 100 + 100).sum()).isCloseTo(1, within(1e-14));
        }
    }

    @Test
    void nanOrInfinityMakesItsRowNanAndNoOther() {
        double[] values = OpRun.of("softmax(rows=4,cols=2)",
                new float[]{1, Float.NaN, INFINITY, 0, -INFINITY, -INFINITY, 3, 3}).values();
        assertThat(Arrays.copyOf(values, 6)).containsOnly(Double.NaN);
        assertThat(Arrays.copyOfRange(values, 6, 8)).containsExactly(0.5, 0.5);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 7", "3, 64", "4, 1000", "5, 4096", "6, 4096"})
    void theBoundAcceptsAnF32Kernel(long seed, int cols) {
        float[] x = Samples.affine(Samples.normal(seed, 4 * cols), 3, 0);
        OpRun run = OpRun.of("softmax(rows=4,cols=" + cols + ")", x);
        assertThat(run.worstRatio(PlainKernels.HONEST.softmax(x, 4, cols))).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theBoundAcceptsAnyUsualExponentialFarBelowTheMaximum(PlainKernels.Exponential exponential) {
        float[] x = Samples.affine(Samples.normal(7, 512), 30, 500);
        float[] found = PlainKernels.with(exponential).softmax(x, 256, 2);
        assertThat(OpRun.of("softmax(rows=256,cols=2)", x).worstRatio(found)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64", "1000", "4096"})
    void theBoundRejectsSumsKeptInHalfPrecision(int cols) {
        float[] x = Samples.normal(8, 4 * cols);
        OpRun run = OpRun.of("softmax(rows=4,cols=" + cols + ")", x);
        assertThat(run.worstRatio(PlainKernels.BF16_SUMS.softmax(x, 4, cols))).isGreaterThan(10);
        assertThat(run.worstRatio(PlainKernels.F16_SUMS.softmax(x, 4, cols))).isGreaterThan(10);
    }

    @ParameterizedTest
    @CsvSource({"2", "64", "1000", "4096"})
    void theBoundRejectsASumWithoutItsLastTerm(int cols) {
        float[] x = Samples.normal(9, 4 * cols);
        float[] found = PlainKernels.DROPS_A_TERM.softmax(x, 4, cols);
        assertThat(OpRun.of("softmax(rows=4,cols=" + cols + ")", x).worstRatio(found)).isGreaterThan(2);
    }
}
