package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import org.junit.jupiter.api.Test;

class AccuracyTest {
    private static final double U = 0x1p-24;

    @Test
    void theFactorIsRoundingsAndFourRootsOfTheTerms() {
        KernelSignature sum = StandardOps.catalog().parse("sum(rows=3,cols=1..100)", DType.F32).signature();
        Accuracy accuracy = new Accuracy(7, Expression.parse("cols"), false);
        assertThat(accuracy.bound(sum, new long[]{3, 100}).factor()).isEqualTo(7 + 4 * 10);
        assertThat(accuracy.bound(sum, new long[]{3, 25}).factor()).isEqualTo(7 + 4 * 5);
    }

    @Test
    void theBoundOfF32IsTheFactorTimesUnitRoundoffAndMagnitude() {
        Accuracy.Bound bound = new Accuracy.Bound(47, false);
        assertThat(bound.of(DType.F32, 3, 3)).isEqualTo(47 * U * (3 + 0x1p-126));
    }

    @Test
    void belowTheSmallestNormalNumberARoundingErrsByAPartOfThat() {
        assertThat(new Accuracy.Bound(1, false).of(DType.F32, 0, 0)).isEqualTo(0x1p-150);
        assertThat(new Accuracy.Bound(1, false).of(DType.F16, 0, 0)).isEqualTo(0x1p-150 + 0x1p-25);
    }

    @Test
    void onlyWhoAllowsItHasResultsFlushedToZero() {
        assertThat(new Accuracy.Bound(1, true).of(DType.F32, 0x1p-127, 0x1p-127)).isGreaterThan(0x1p-127);
        assertThat(new Accuracy.Bound(1, false).of(DType.F32, 0x1p-127, 0x1p-127)).isLessThan(0x1p-148);
    }

    @Test
    void theBoundOfAHalfPrecisionTypeHasOneRoundingOfTheValueMore() {
        Accuracy.Bound bound = new Accuracy.Bound(47, false);
        double inner = 47 * U * (3 + 0x1p-126);
        assertThat(bound.of(DType.BF16, -2, 3)).isEqualTo(inner + 0x1p-8 * (2 + inner));
        assertThat(bound.of(DType.F16, 2, 3)).isEqualTo(inner + 0x1p-11 * (2 + inner));
    }

    @Test
    void anExactOpHasNoToleranceInAnyType() {
        KernelSignature copy = StandardOps.catalog().parse("embedding(rows=3,vocab=5,dim=7,allow=tf32)", DType.F16)
                .signature();
        Accuracy.Bound bound = new Accuracy(0, Expression.constant(0), false).bound(copy, copy.maxAxes());
        for (DType dtype : DType.values()) {
            assertThat(bound.of(dtype, 1e30, 1e30)).isZero();
        }
    }

    @Test
    void whatIsRelaxedAddsItsErrorToTheFactor() {
        Accuracy accuracy = new Accuracy(7, Expression.parse("cols"), true);
        KernelSignature relaxed = StandardOps.catalog().parse("sum(rows=3,cols=25,allow=tf32+fast_math)", DType.F32)
                .signature();
        assertThat(accuracy.bound(relaxed, new long[]{3, 25}).factor()).isEqualTo(27 + 0x1p14 + 0x1p13);
        assertThat(accuracy.derivation(relaxed, new long[]{3, 25})).isEqualTo("(7 + 4 sqrt(25) + 16384 for tf32 + 8192"
                + " for fast_math) u m = 24603.0 u m, with u = 2^-24 and m the sum of the terms' absolute values; exact"
                + " on small integers");
    }

    @Test
    void aNegativeNumberOfRoundingsIsRefused() {
        assertThatThrownBy(() -> new Accuracy(-1, Expression.constant(0), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("-1 roundings were given: at least 0 are needed");
    }
}
