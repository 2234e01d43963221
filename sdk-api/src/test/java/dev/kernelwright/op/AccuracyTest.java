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
        Accuracy accuracy = new Accuracy(7, Expression.parse("cols"));
        assertThat(accuracy.factor(sum, new long[]{3, 100})).isEqualTo(7 + 4 * 10);
        assertThat(accuracy.factor(sum, new long[]{3, 25})).isEqualTo(7 + 4 * 5);
    }

    @Test
    void theBoundOfF32IsTheFactorTimesUnitRoundoffAndMagnitudeAndTheSmallestNormal() {
        assertThat(Accuracy.bound(47, DType.F32, 3)).isEqualTo(47 * U * 3 + 0x1p-126);
        assertThat(Accuracy.bound(47, DType.F32, 0)).isEqualTo(0x1p-126);
    }

    @Test
    void theBoundOfAHalfPrecisionTypeHasOneRoundingToItMore() {
        double inner = 47 * U * 3 + 0x1p-126;
        assertThat(Accuracy.bound(47, DType.BF16, 3)).isEqualTo(inner + 0x1p-8 * (3 + inner) + 0x1p-126);
        assertThat(Accuracy.bound(47, DType.F16, 3)).isEqualTo(inner + 0x1p-11 * (3 + inner) + 0x1p-14);
    }

    @Test
    void anExactOpHasNoToleranceInAnyType() {
        for (DType dtype : DType.values()) {
            assertThat(Accuracy.bound(0, dtype, 1e30)).isZero();
        }
    }

    @Test
    void aNegativeNumberOfRoundingsIsRefused() {
        assertThatThrownBy(() -> new Accuracy(-1, Expression.constant(0))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("-1 roundings were given: at least 0 are needed");
    }
}
