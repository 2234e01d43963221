package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SiluMulTest {
    @Test
    void valuesAreThoseOfTheLogisticFunction() {
        // g / (1 + e^-g) * u by mpmath.
        double[] values = OpRun.of("silu_mul(n=5)", new float[]{0, 1, -1, 2, 20}, new float[]{3, 2, 5, -1, 1}).values();
        // 1e-14: the reference computes in double.
        assertThat(values).containsExactly(new double[]{0, 1.4621171572600098, -1.3447071068499756,
                -1.7615941559557649, 19.99999995877693}, within(1e-14));
    }

    @Test
    void aGateOfNegativeInfinityGivesNanAsTheFormulaSays() {
        float infinity = Float.POSITIVE_INFINITY;
        double[] values = OpRun.of("silu_mul(n=2)", new float[]{-infinity, infinity}, new float[]{1, 1}).values();
        assertThat(values[0]).isNaN();
        assertThat(values[1]).isInfinite();
    }

    @ParameterizedTest
    @EnumSource
    void theBoundAcceptsAnF32KernelWithAnyUsualExponential(PlainKernels.Exponential exponential) {
        float[] gate = Samples.affine(Samples.normal(1, 4096), 4, 0);
        float[] up = Samples.normal(2, 4096);
        float[] found = PlainKernels.with(exponential).siluMul(gate, up);
        assertThat(OpRun.of("silu_mul(n=4096)", gate, up).worstRatio(found)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theBoundAcceptsAnF32KernelWhoseExponentialOverflows(PlainKernels.Exponential exponential) {
        // Beyond 88.7 exp overflows in f32 and the result becomes 0, while the product is still a normal number.
        float[] gate = {-86, -88, -88.5f, -89, -90, -95, -104, -200};
        float[] up = {1, 1e10f, 1e20f, 1e30f, -1, -1e10f, 1e30f, 1e38f};
        float[] found = PlainKernels.with(exponential).siluMul(gate, up);
        assertThat(found[4]).isZero();
        assertThat(OpRun.of("silu_mul(n=8)", gate, up).worstRatio(found)).isLessThanOrEqualTo(1);
    }

    @Test
    void theBoundRejectsAnExponentialInHalfPrecision() {
        float[] gate = Samples.normal(3, 64);
        float[] up = Samples.normal(4, 64);
        float[] found = PlainKernels.F16_SUMS.siluMul(gate, up);
        assertThat(OpRun.of("silu_mul(n=64)", gate, up).worstRatio(found)).isGreaterThan(10);
    }

    @Test
    void theBoundRejectsADenominatorWithoutItsOne() {
        float[] gate = Samples.normal(5, 64);
        float[] up = Samples.normal(6, 64);
        float[] found = PlainKernels.DROPS_A_TERM.siluMul(gate, up);
        assertThat(OpRun.of("silu_mul(n=64)", gate, up).worstRatio(found)).isGreaterThan(100);
    }
}
