package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AddAndMulTest {
    @Test
    void addAddsElementByElement() {
        double[] sum = OpRun.of("add(n=3)", new float[]{1, -2, 0.5f}, new float[]{4, 2, 0.25f}).values();
        assertThat(sum).containsExactly(5, 0, 0.75);
    }

    @Test
    void mulMultipliesElementByElement() {
        double[] product = OpRun.of("mul(n=3)", new float[]{3, -2, 0.5f}, new float[]{4, 2, 0.25f}).values();
        assertThat(product).containsExactly(12, -4, 0.125);
    }

    @Test
    void theBoundAcceptsAnF32SumEvenWhereTheAddendsCancel() {
        float[] a = Samples.normal(1, 4096);
        float[] b = Samples.affine(a, -1, 1e-4f);
        assertThat(OpRun.of("add(n=4096)", a, b).worstRatio(PlainKernels.HONEST.add(a, b))).isLessThanOrEqualTo(1);
    }

    @Test
    void theBoundAcceptsAnF32Product() {
        float[] a = Samples.normal(2, 4096);
        float[] b = Samples.normal(3, 4096);
        assertThat(OpRun.of("mul(n=4096)", a, b).worstRatio(PlainKernels.HONEST.mul(a, b))).isLessThanOrEqualTo(1);
    }

    @Test
    void theBoundsRejectHalfPrecision() {
        float[] a = Samples.normal(4, 64);
        float[] b = Samples.normal(5, 64);
        assertThat(OpRun.of("add(n=64)", a, b).worstRatio(PlainKernels.F16_SUMS.add(a, b))).isGreaterThan(100);
        assertThat(OpRun.of("mul(n=64)", a, b).worstRatio(PlainKernels.F16_SUMS.mul(a, b))).isGreaterThan(100);
    }

    @Test
    void theBoundsRejectOneOperandInPlaceOfTheResult() {
        float[] a = Samples.normal(6, 64);
        float[] b = Samples.normal(7, 64);
        assertThat(OpRun.of("add(n=64)", a, b).worstRatio(a)).isGreaterThan(100);
        assertThat(OpRun.of("mul(n=64)", a, b).worstRatio(a)).isGreaterThan(100);
    }
}
