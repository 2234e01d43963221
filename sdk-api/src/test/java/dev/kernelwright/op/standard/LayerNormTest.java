package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerNormTest {
    @Test
    void rowsAreCentredDividedByTheirDeviationWeightedAndMoved() {
        // Mean 4, variance (9 + 1 + 1 + 9) / 4 = 5, and with eps = 4 the root is 3: -1, -1/3, 1/3, 1 before the weights.
        double[] values = OpRun.of("layer_norm(rows=1,cols=4,eps=4)", new float[]{1, 3, 5, 7},
                new float[]{3, 3, 6, 1}, new float[]{0, 1, 0, -1}).values();
        // 1e-15: the reference computes in double.
        assertThat(values).containsExactly(new double[]{-3, 0, 2, 0}, within(1e-15));
    }

    @Test
    void aRowOfEqualElementsGivesTheBias() {
        double[] values = OpRun.of("layer_norm(rows=1,cols=3)", new float[]{5, 5, 5}, new float[]{1, 2, 3},
                new float[]{-1, 0, 7}).values();
        assertThat(values).containsExactly(-1, 0, 7);
    }

    @Test
    void aRowMovedAndScaledGivesTheSameResult() {
        float[] x = Samples.normal(1, 300);
        float[] weight = Samples.normal(2, 100);
        float[] bias = Samples.normal(3, 100);
        for (int i = 0; i < x.length; i++) {
            // Multiples of 1/1024, so that 4 x + 16 is exact in f32.
            x[i] = Math.round(x[i] * 1024) / 1024f;
        }
        double[] values = OpRun.of("layer_norm(rows=3,cols=100,eps=0)", x, weight, bias).values();
        double[] moved = OpRun.of("layer_norm(rows=3,cols=100,eps=0)", Samples.affine(x, 4, 16), weight, bias)
                .values();
        assertThat(moved).containsExactly(values, within(1e-13));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "2, 7, 0", "3, 64, 0", "4, 1000, 0", "5, 4096, 0", "6, 4096, 0", "7, 4096, 100"})
    void theBoundAcceptsAnF32Kernel(long seed, int cols, float mean) {
        float[] x = Samples.affine(Samples.normal(seed, 4 * cols), 1, mean);
        float[] weight = Samples.normal(seed + 100, cols);
        float[] bias = Samples.normal(seed + 200, cols);
        float[] found = PlainKernels.HONEST.layerNorm(x, weight, bias, 4, cols, 1e-5f);
        OpRun run = OpRun.of("layer_norm(rows=4,cols=" + cols + ")", x, weight, bias);
        assertThat(run.worstRatio(found)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64", "1000", "4096"})
    void theBoundRejectsSumsKeptInHalfPrecision(int cols) {
        float[] x = Samples.normal(8, 4 * cols);
        float[] weight = Samples.normal(9, cols);
        float[] bias = Samples.normal(10, cols);
        OpRun run = OpRun.of("layer_norm(rows=4,cols=" + cols + ")", x, weight, bias);
        assertThat(run.worstRatio(PlainKernels.BF16_SUMS.layerNorm(x, weight, bias, 4, cols, 1e-5f)))
                .isGreaterThan(10);
        assertThat(run.worstRatio(PlainKernels.F16_SUMS.layerNorm(x, weight, bias, 4, cols, 1e-5f)))
                .isGreaterThan(10);
    }

    @ParameterizedTest
    @CsvSource({"2", "64", "1000", "4096"})
    void theBoundRejectsAMeanWithoutItsLastTerm(int cols) {
        float[] x = Samples.normal(11, 4 * cols);
        float[] weight = Samples.normal(12, cols);
        float[] bias = Samples.normal(13, cols);
        float[] found = PlainKernels.DROPS_A_TERM.layerNorm(x, weight, bias, 4, cols, 1e-5f);
        OpRun run = OpRun.of("layer_norm(rows=4,cols=" + cols + ")", x, weight, bias);
        assertThat(run.worstRatio(found)).isGreaterThan(5);
    }

    @Test
    void theBoundRejectsTheOnePassVarianceWhereTheMeanIsLarge() {
        int cols = 4096;
        float[] x = Samples.affine(Samples.normal(14, cols), 1, 300);
        float[] ones = Samples.affine(new float[cols], 0, 1);
        float sum = 0;
        float squares = 0;
        for (float value : x) {
            sum += value;
            squares += value * value;
        }
        float mean = sum / cols;
        float scale = 1 / (float) Math.sqrt(squares / cols - mean * mean + 1e-5f);
        float[] found = new float[cols];
        for (int c = 0; c < cols; c++) {
            found[c] = (x[c] - mean) * scale;
        }
        OpRun run = OpRun.of("layer_norm(rows=1,cols=4096)", x, ones, new float[cols]);
        assertThat(run.worstRatio(found)).isGreaterThan(1);
    }
}
