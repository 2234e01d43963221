package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class GeluTest {
    @Test
    void valuesAreThoseOfTheTanhApproximation() {
        // by mpmath. With the error function gelu(1) would be 0.8413447.
        double[] values = OpRun.of("gelu(n=7)", new float[]{0, 1, -1, 3, -3, 0.5f, -10}).values();
        // 1e-14: the reference computes in double.
        assertThat(values).containsExactly(new double[]{0, 0.8411919906082767, -0.1588080093917233,
                2.996362607918227, -0.003637392081773019, 0.3457140098251439, 0}, within(1e-14));
    }

    @Test
    void infinitiesGiveInfinityAndNanAsTheFormulaSays() {
        float infinity = Float.POSITIVE_INFINITY;
        double[] values = OpRun.of("gelu(n=2)", new float[]{infinity, -infinity}).values();
        assertThat(values[0]).isInfinite();
        assertThat(values[1]).isNaN();
    }

    @Test
    void theBoundAcceptsAnF32Kernel() {
        float[] x = Samples.affine(Samples.normal(1, 4096), 3, 0);
        assertThat(OpRun.of("gelu(n=4096)", x).worstRatio(PlainKernels.HONEST.gelu(x))).isLessThanOrEqualTo(1);
    }

    @Test
    void theBoundAcceptsALogisticFunctionInPlaceOfTanh() {
        // x / (1 + e^-2z) is the same number as x / 2 (1 + tanh z), and keeps more of it where x is negative.
        float[] x = Samples.affine(Samples.normal(2, 4096), 3, 0);
        float[] found = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            float z = 0.7978846f * (x[i] + 0.044715f * x[i] * x[i] * x[i]);
            found[i] = x[i] / (1 + PlainKernels.Exponential.FOUR_ULP.exp(-2 * z));
        }
        assertThat(OpRun.of("gelu(n=4096)", x).worstRatio(found)).isLessThanOrEqualTo(1);
    }

    @Test
    void theBoundRejectsATanhInHalfPrecision() {
        float[] x = Samples.normal(3, 64);
        assertThat(OpRun.of("gelu(n=64)", x).worstRatio(PlainKernels.F16_SUMS.gelu(x))).isGreaterThan(10);
    }

    @Test
    void theBoundRejectsAnArgumentWithoutItsCube() {
        float[] x = Samples.normal(4, 64);
        assertThat(OpRun.of("gelu(n=64)", x).worstRatio(PlainKernels.DROPS_A_TERM.gelu(x))).isGreaterThan(100);
    }
}
