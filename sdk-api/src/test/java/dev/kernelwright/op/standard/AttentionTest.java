package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTest {
    private static final float LN_3 = (float) Math.log(3);

    @Test
    void valuesAreWeightedByTheSoftmaxOfTheScores() {
        double[] values = OpRun.of("attention(batch=1,q_len=1,ctx=2,heads=1,kv_heads=1,head_dim=1,causal=0,scale=1)",
                new float[]{1}, new float[]{0, LN_3}, new float[]{4, 8}).values();
        // Scores 0 and ln 3 weigh 1/4 and 3/4: 1 + 6. 1e-6: ln 3 is rounded to f32.
        assertThat(values).containsExactly(new double[]{7}, within(1e-6));
    }

    @Test
    void scaleZeroMeansOneOverTheRootOfTheHeadDimension() {
        double[] values = OpRun.of("attention(batch=1,q_len=1,ctx=2,heads=1,kv_heads=1,head_dim=4,causal=0)",
                new float[]{2, 0, 0, 0}, new float[]{0, 9, 9, 9, LN_3, 9, 9, 9},
                new float[]{4, 0, 1, 40, 8, 4, 1, 80}).values();
        // 2 ln 3 / sqrt(4) = ln 3, so 1/4 and 3/4 again. 1e-5: ln 3 is rounded to f32, and values go up to 80.
        assertThat(values).containsExactly(new double[]{7, 3, 1, 70}, within(1e-5));
    }

    @Test
    void withOneKeyTheResultIsItsValue() {
        float[] v = Samples.normal(1, 2 * 3 * 8);
        double[] values = OpRun.of("attention(batch=2,q_len=1,ctx=1,heads=3,kv_heads=3,head_dim=8)",
                Samples.normal(2, 48), Samples.normal(3, 48), v).values();
        for (int i = 0; i < v.length; i++) {
            assertThat(values[i]).isEqualTo(v[i]);
        }
    }

    @Test
    void consecutiveHeadsShareAKeyHead() {
        // One key, so the result is the value of the head's key head: heads 0 and 1 have the first, 2 and 3 the second.
        double[] values = OpRun.of("attention(batch=2,q_len=1,ctx=1,heads=4,kv_heads=2,head_dim=1)",
                Samples.normal(4, 8), Samples.normal(5, 4), new float[]{10, 20, 30, 40}).values();
        assertThat(values).containsExactly(10, 10, 20, 20, 30, 30, 40, 40);
    }

    @Test
    void groupedHeadsGiveWhatRepeatedKeyHeadsGive() {
        float[] q = Samples.normal(6, 2 * 3 * 4 * 8);
        float[] k = Samples.normal(7, 2 * 5 * 2 * 8);
        float[] v = Samples.normal(8, 2 * 5 * 2 * 8);
        double[] grouped = OpRun.of("attention(batch=2,q_len=3,ctx=5,heads=4,kv_heads=2,head_dim=8)", q, k, v).values();
        double[] repeated = OpRun.of("attention(batch=2,q_len=3,ctx=5,heads=4,kv_heads=4,head_dim=8)", q,
                repeatHeads(k, 8), repeatHeads(v, 8)).values();
        assertThat(grouped).isEqualTo(repeated);
    }

    /** Doubles every head of {@code headDim} elements. */
    private static float[] repeatHeads(float[] x, int headDim) {
        float[] repeated = new float[2 * x.length];
        for (int i = 0; i < x.length; i++) {
            int head = i / headDim;
            repeated[2 * head * headDim + i % headDim] = x[i];
            repeated[(2 * head + 1) * headDim + i % headDim] = x[i];
        }
        return repeated;
    }

    @Test
    void aCausalQueryAveragesTheKeysUpToItsOwnPosition() {
        // Keys are all alike, so a query averages the values it sees. The two queries are at positions 1 and 2 of 3.
        double[] values = OpRun.of("attention(batch=1,q_len=2,ctx=3,heads=1,kv_heads=1,head_dim=1)",
                new float[]{1, 1}, new float[]{1, 1, 1}, new float[]{3, 6, 30}).values();
        // 1e-14: the reference computes in double.
        assertThat(values).containsExactly(new double[]{4.5, 13}, within(1e-14));
    }

    @Test
    void laterKeysAndValuesHaveNoInfluenceWhateverTheyAre() {
        float[] q = Samples.normal(9, 3 * 8);
        float[] k = Samples.normal(10, 3 * 8);
        float[] v = Samples.normal(11, 3 * 8);
        String workload = "attention(batch=1,q_len=3,ctx=3,heads=1,kv_heads=1,head_dim=8)";
        double[] before = OpRun.of(workload, q, k, v).values();
        Arrays.fill(k, 16, 24, Float.NaN);
        Arrays.fill(v, 16, 24, Float.POSITIVE_INFINITY);
        double[] after = OpRun.of(workload, q, k, v).values();
        assertThat(Arrays.copyOf(after, 16)).isEqualTo(Arrays.copyOf(before, 16));
        assertThat(Arrays.copyOfRange(after, 16, 24)).containsOnly(Double.NaN);
    }

    @Test
    void oneQueryIsThatOfTheLastPosition() {
        float[] q = Samples.normal(12, 3 * 8);
        float[] k = Samples.normal(13, 3 * 8);
        float[] v = Samples.normal(14, 3 * 8);
        double[] all = OpRun.of("attention(batch=1,q_len=3,ctx=3,heads=1,kv_heads=1,head_dim=8)", q, k, v).values();
        double[] last = OpRun.of("attention(batch=1,q_len=1,ctx=3,heads=1,kv_heads=1,head_dim=8)",
                Arrays.copyOfRange(q, 16, 24), k, v).values();
        assertThat(last).isEqualTo(Arrays.copyOfRange(all, 16, 24));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "3, 7, 0", "7, 7, 0", "1, 1, 1", "3, 7, 1", "7, 7, 1", "0, 4, 1"})
    void flopsCountTwoProductsForEveryKeyThatIsSeen(int qLen, int ctx, int causal) {
        Workload workload = StandardOps.catalog().parse("attention(batch=2,q_len=" + qLen + ",ctx=" + ctx
                + ",heads=6,kv_heads=3,head_dim=8,causal=" + causal + ")", DType.F32);
        long seen = 0;
        for (int i = 0; i < qLen; i++) {
            for (int j = 0; j < ctx; j++) {
                seen += causal == 0 || j <= ctx - qLen + i ? 1 : 0;
            }
        }
        assertThat(workload.flops(workload.signature().maxAxes())).isEqualTo(2 * 6 * seen * 2 * (2 * 8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
            "batch=1,q_len=1,ctx=1,heads=3,kv_heads=2,head_dim=8; heads % kv_heads == 0",
            "batch=1,q_len=1,ctx=1,heads=3,kv_heads=0,head_dim=8; min(ctx, kv_heads, head_dim) >= 1",
            "batch=1,q_len=2,ctx=1,heads=1,kv_heads=1,head_dim=8; causal == 0 || q_len <= ctx",
            "batch=1,q_len=1,ctx=0,heads=1,kv_heads=1,head_dim=8,causal=0; min(ctx, kv_heads, head_dim) >= 1",
            "batch=1,q_len=1,ctx=1,heads=1,kv_heads=1,head_dim=8,causal=2; causal == 0 || causal == 1"})
    void whatMakesNoSenseIsRefused(String axes, String requirement) {
        assertThatThrownBy(() -> StandardOps.catalog().parse("attention(" + axes + ")", DType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("but attention requires " + requirement + ": choose other values");
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 64", "2, 2, 128", "3, 64, 64", "4, 1000, 64", "5, 4096, 32", "6, 512, 128"})
    void theBoundAcceptsAnF32Kernel(long seed, int ctx, int headDim) {
        assertThat(worstRatio(PlainKernels.HONEST, seed, ctx, headDim)).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theBoundAcceptsAnyUsualExponential(PlainKernels.Exponential exponential) {
        assertThat(worstRatio(PlainKernels.with(exponential), 7, 4, 4)).isLessThanOrEqualTo(1);
    }

    @Test
    void theBoundAcceptsLargeScoresThatAreNearlyEqual() {
        // The keys are the query and the query with noise, so scores are near 3200 and the softmax sees their errors.
        float[] q = Samples.affine(Samples.normal(10, 64), 20, 0);
        float[] k = Arrays.copyOf(q, 128);
        float[] noise = Samples.affine(Samples.normal(11, 64), 0.01f, 0);
        for (int d = 0; d < 64; d++) {
            k[64 + d] = q[d] + noise[d];
        }
        float[] v = Samples.normal(12, 128);
        OpRun run = OpRun.of("attention(batch=1,q_len=1,ctx=2,heads=1,kv_heads=1,head_dim=64)", q, k, v);
        assertThat(run.worstRatio(PlainKernels.HONEST.attention(q, k, v, 1, 2, 64))).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"64, 64", "1000, 64", "4096, 32"})
    void theBoundRejectsSumsKeptInHalfPrecision(int ctx, int headDim) {
        assertThat(worstRatio(PlainKernels.BF16_SUMS, 8, ctx, headDim)).isGreaterThan(10);
        assertThat(worstRatio(PlainKernels.F16_SUMS, 8, ctx, headDim)).isGreaterThan(5);
    }

    @ParameterizedTest
    @CsvSource({"2, 64", "64, 64", "1000, 64", "4096, 32"})
    void theBoundRejectsAResultWithoutTheLastKey(int ctx, int headDim) {
        assertThat(worstRatio(PlainKernels.DROPS_A_TERM, 9, ctx, headDim)).isGreaterThan(2);
    }

    private static double worstRatio(PlainKernels kernels, long seed, int ctx, int headDim) {
        float[] q = Samples.normal(seed, 4 * headDim);
        float[] k = Samples.normal(seed + 100, ctx * headDim);
        float[] v = Samples.normal(seed + 200, ctx * headDim);
        return OpRun.of("attention(batch=1,q_len=4,ctx=" + ctx + ",heads=1,kv_heads=1,head_dim=" + headDim
                + ",causal=0)", q, k, v).worstRatio(kernels.attention(q, k, v, 4, ctx, headDim));
    }
}
