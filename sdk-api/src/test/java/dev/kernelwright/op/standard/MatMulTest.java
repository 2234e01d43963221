package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatMulTest {
    @Test
    void rowsMeetColumns() {
        double[] product = OpRun.of("matmul(m=2,n=2,k=3)", new float[]{1, 2, 3, 4, 5, 6},
                new float[]{7, 8, 9, 10, 11, 12}).values();
        // 1*7 + 2*9 + 3*11, 1*8 + 2*10 + 3*12, 4*7 + 5*9 + 6*11, 4*8 + 5*10 + 6*12.
        assertThat(product).containsExactly(58, 64, 139, 154);
    }

    @Test
    void transposedRowsMeetRows() {
        double[] product = OpRun.of("matmul(m=1,n=2,k=3,transpose_b=1)", new float[]{1, 2, 3},
                new float[]{7, 8, 9, 10, 11, 12}).values();
        // 1*7 + 2*8 + 3*9, 1*10 + 2*11 + 3*12.
        assertThat(product).containsExactly(50, 68);
    }

    @ParameterizedTest
    @CsvSource({"5, 7, 11", "8, 128, 128", "17, 259, 131"}) // the last beyond two of the tiles it is computed in
    void theProductWithATransposedMatrixIsTheProductWithTheMatrix(int m, int n, int k) {
        float[] a = Samples.normal(1, m * k);
        float[] b = Samples.normal(2, k * n);
        float[] transposed = new float[n * k];
        double[] sums = new double[m * n];
        for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
                transposed[j * k + p] = b[p * n + j];
                for (int i = 0; i < m; i++) {
                    sums[i * n + j] += (double) a[i * k + p] * b[p * n + j];
                }
            }
        }
        String axes = "m=" + m + ",n=" + n + ",k=" + k;
        // All sum in the order of k, so that they agree to the last bit.
        assertThat(OpRun.of("matmul(" + axes + ")", a, b).values()).isEqualTo(sums);
        assertThat(OpRun.of("matmul(" + axes + ",transpose_b=1)", a, transposed).values()).isEqualTo(sums);
    }

    @Test
    void theProductOverNoTermsIsZeros() {
        assertThat(OpRun.of("matmul(m=2,n=2,k=0)", new float[0], new float[0]).values()).containsExactly(0, 0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"2", "-1", "0.5"})
    void transposeIsAFlag(String value) {
        assertThatThrownBy(() -> StandardOps.catalog().parse("matmul(m=1,n=1,k=1,transpose_b=" + value + ")",
                DType.F32)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("transpose_b=" + value);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 7", "3, 64", "4, 1000", "5, 4096", "6, 4096"})
    void theBoundAcceptsAnF32Kernel(long seed, int k) {
        float[] a = Samples.normal(seed, 8 * k);
        float[] b = Samples.normal(seed + 100, k * 8);
        OpRun run = OpRun.of("matmul(m=8,n=8,k=" + k + ")", a, b);
        assertThat(run.worstRatio(PlainKernels.HONEST.matMul(a, b, 8, 8, k))).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64", "1000", "4096"})
    void theBoundRejectsSumsKeptInHalfPrecision(int k) {
        float[] a = Samples.normal(7, 8 * k);
        float[] b = Samples.normal(8, k * 8);
        OpRun run = OpRun.of("matmul(m=8,n=8,k=" + k + ")", a, b);
        assertThat(run.worstRatio(PlainKernels.BF16_SUMS.matMul(a, b, 8, 8, k))).isGreaterThan(10);
        assertThat(run.worstRatio(PlainKernels.F16_SUMS.matMul(a, b, 8, 8, k))).isGreaterThan(5);
    }

    @ParameterizedTest
    @CsvSource({"1", "64", "1000", "4096"})
    void theBoundRejectsASumWithoutItsLastTerm(int k) {
        float[] a = Samples.normal(9, 8 * k);
        float[] b = Samples.normal(10, k * 8);
        float[] found = PlainKernels.DROPS_A_TERM.matMul(a, b, 8, 8, k);
        assertThat(OpRun.of("matmul(m=8,n=8,k=" + k + ")", a, b).worstRatio(found)).isGreaterThan(10);
    }
}
