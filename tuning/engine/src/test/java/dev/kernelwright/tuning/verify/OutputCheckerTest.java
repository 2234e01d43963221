package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.Deadline;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OutputCheckerTest {
    private static final float LARGE = 0x1p100f;

    /** Copies, within the bound of three roundings. */
    private static final OpDefinition COPY = copy().accuracy(3, "0").build();
    private static final OpDefinition EXACT_COPY = copy().exact().build();

    private final BlockPool pool = new BlockPool(2);

    private static OpDefinition.Builder copy() {
        return OpDefinition.named("copy", 1).formula("y = x").axes("rows", "cols").input("x", "rows", "cols")
                .output("y", "rows", "cols").flops("0").reference("rows", (call, row) -> {
                    for (int c = call.axis(1) - 1; c >= 0; c--) {
                        long i = row * call.axis(1) + c;
                        // A value that is twice LARGE stands for one that overflows.
                        double x = call.input(0).get(i);
                        call.put(0, i, x == LARGE ? Math.scalb(1.0, 128) : x);
                    }
                });
    }

    @AfterEach
    void close() {
        pool.close();
    }

    private Comparison compare(OpDefinition op, DType dtype, Tensor expected, Tensor found) {
        Workload workload = op.workload(dtype).axis("rows", expected.dim(0)).axis("cols", expected.dim(1)).build();
        OutputChecker checker = new OutputChecker(workload, workload.signature().maxAxes(), false, pool);
        return checker.compare(List.of(expected), List.of(found), UnitSample.complete(checker.units()));
    }

    private double ratio(OpDefinition op, float expected, float found) {
        return compare(op, DType.F32, Tensor.of(new float[]{expected}, 1, 1), Tensor.of(new float[]{found}, 1, 1))
                .worstRatio();
    }

    @Test
    void whatIsEqualIsRight() {
        Tensor x = Tensor.of(new float[]{1, -2, 3, Float.NaN, Float.POSITIVE_INFINITY, -0.0f}, 2, 3);
        Comparison comparison = compare(EXACT_COPY, DType.F32, x, Tensor.of(x.toFloatArray(), 2, 3));
        assertThat(comparison.wrong()).isZero();
        assertThat(comparison.compared()).isEqualTo(6);
        assertThat(comparison.worstRatio()).isZero();
    }

    @Test
    void anErrorIsMeasuredInPartsOfItsBound() {
        // The bound is 3 u = 3 * 2^-24, and the float above 1 is 2^-23 away.
        assertThat(ratio(COPY, 1, Math.nextUp(1f))).isBetween(0.66, 0.67);
        assertThat(ratio(COPY, 1, 1 + 2 * Math.ulp(1f))).isBetween(1.33, 1.34);
    }

    @Test
    void theFirstAndTheWorstWrongElementAreNamedByTheirIndices() {
        float[] expected = new float[1_000];
        Arrays.fill(expected, 2);
        float[] found = expected.clone();
        found[317] = 2.5f;
        found[318] = 2.25f;
        found[941] = -8;
        Comparison comparison = compare(COPY, DType.F32, Tensor.of(expected, 100, 10), Tensor.of(found, 100, 10));
        assertThat(comparison.wrong()).isEqualTo(3);
        assertThat(comparison.describe(COPY.workload(DType.F32).axis("rows", 100).axis("cols", 10).build().signature(),
                new long[]{100, 10})).isEqualTo("3 of 1000 compared elements are wrong, first 'y' at [31, 7]: expected"
                        + " 2, found 2.50000000, allowed error 3.58e-07; worst 'y' at [94, 1]: expected 2, found -8,"
                        + " allowed error 3.58e-07");
    }

    @Test
    void anAuthorIsToldWhereAndHowFarOffTheWrongElementsAreAndWhatKindOfValueIsRight() {
        float secret = 1234.5f;
        float[] expected = new float[1_000];
        Arrays.fill(expected, secret);
        float[] found = expected.clone();
        found[317] = secret + 1;
        found[318] = 0;
        found[941] = secret - 1;
        assertThat(hint(expected, found)).isEqualTo("3 of 1000 compared elements are wrong, first 'y' at [31, 7]: found"
                + " 1235.50000, 4.5e+03 times as far off as allowed; worst 'y' at [31, 8]: found 0, 5.6e+06 times as"
                + " far off as allowed; last 'y' at [94, 1]");
        assertThat(hint(secret, Float.NaN)).endsWith("found NaN, where a finite number is right");
        assertThat(hint(Float.NaN, 5)).endsWith("found 5, where NaN is right");
        assertThat(hint(Float.NEGATIVE_INFINITY, 5)).endsWith("found 5, where an infinity is right");
    }

    private String hint(float... expectedAndFound) {
        return hint(new float[]{expectedAndFound[0]}, new float[]{expectedAndFound[1]});
    }

    private String hint(float[] expected, float[] found) {
        int cols = Math.min(10, found.length);
        int rows = found.length / cols;
        return compare(COPY, DType.F32, Tensor.of(expected, rows, cols), Tensor.of(found, rows, cols)).hint(
                COPY.workload(DType.F32).axis("rows", rows).axis("cols", cols).build().signature(),
                new long[]{rows, cols});
    }

    @Test
    void aNanIsRightOnlyWhereTheReferenceHasOne() {
        assertThat(ratio(COPY, Float.NaN, Float.NaN)).isZero();
        assertThat(ratio(COPY, Float.NaN, 0)).isInfinite();
        assertThat(ratio(COPY, 0, Float.NaN)).isInfinite();
        assertThat(ratio(EXACT_COPY, 1, Float.NaN)).isInfinite();
    }

    @Test
    void anInfinityMustHaveItsSignAndItsReason() {
        float infinity = Float.POSITIVE_INFINITY;
        assertThat(ratio(COPY, infinity, infinity)).isZero();
        assertThat(ratio(COPY, infinity, -infinity)).isInfinite();
        assertThat(ratio(COPY, infinity, Float.MAX_VALUE)).isInfinite();
        assertThat(ratio(COPY, Float.MAX_VALUE, infinity)).isZero();
        assertThat(ratio(COPY, Float.MAX_VALUE / 2, infinity)).isInfinite();
        assertThat(ratio(COPY, LARGE, infinity)).isZero();
        assertThat(ratio(COPY, LARGE, -infinity)).isInfinite();
    }

    @Test
    void anExactOpWantsEveryBit() {
        assertThat(ratio(EXACT_COPY, 1, Math.nextUp(1f))).isInfinite();
        assertThat(ratio(EXACT_COPY, 0, -0.0f)).isInfinite();
    }

    @Test
    void halfPrecisionResultsAreCompared() {
        for (DType dtype : new DType[]{DType.F16, DType.BF16}) {
            Tensor x = Tensor.allocate(dtype, 1, 2);
            Tensor y = Tensor.allocate(dtype, 1, 2);
            new Elements(x).set(0, 1);
            new Elements(y).set(0, 1);
            assertThat(compare(EXACT_COPY, dtype, x, y).wrong()).isZero();
            new Elements(y).set(1, 0.5);
            assertThat(compare(EXACT_COPY, dtype, x, y).wrong()).isEqualTo(1);
            assertThat(compare(COPY, dtype, x, y).wrong()).isEqualTo(1);
        }
    }

    @Test
    void whatThereIsNotTheTimeForIsNotCompared() {
        Workload workload = TestOps.gather();
        OutputChecker checker = new OutputChecker(workload, workload.signature().maxAxes(), false, pool);
        Tensor table = Tensor.allocate(DType.F32, 40, 16);
        Tensor index = Tensor.of(new int[8], 8);
        List<Tensor> outputs =
                List.of(Tensor.allocate(DType.F32, 8, 16), Tensor.of(new int[]{1, 1, 1, 1, 1, 1, 1, 1}, 8));
        UnitSample all = UnitSample.complete(8);
        assertThat(checker.compare(List.of(table, index), outputs, all, Deadline.after(Duration.ZERO))).isEmpty();
        assertThat(checker.compare(List.of(table, index), outputs, all, Deadline.after(Duration.ofHours(1))))
                .hasValueSatisfying(comparison -> assertThat(comparison.wrong()).isZero());
    }

    @Test
    void integersMustBeEqual() {
        Workload workload = TestOps.gather();
        OutputChecker checker = new OutputChecker(workload, workload.signature().maxAxes(), false, pool);
        Tensor table = Tensor.allocate(DType.F32, 40, 16);
        Tensor index = Tensor.of(new int[]{0, 5, 39, 1, 1, 2, 3, 4}, 8);
        Tensor out = Tensor.allocate(DType.F32, 8, 16);
        Tensor right = Tensor.of(new int[]{1, 6, 40, 2, 2, 3, 4, 5}, 8);
        Tensor wrong = Tensor.of(new int[]{1, 6, 39, 2, 2, 3, 4, 5}, 8);
        UnitSample all = UnitSample.complete(8);
        assertThat(checker.compare(List.of(table, index), List.of(out, right), all).wrong()).isZero();
        Comparison comparison = checker.compare(List.of(table, index), List.of(out, wrong), all);
        assertThat(comparison.wrong()).isEqualTo(1);
        assertThat(comparison.describe(workload.signature(), workload.signature().maxAxes()))
                .contains("'where' at [2]: expected 40, found 39");
    }

    @Test
    void aReferenceThatForgetsAnElementIsReported() {
        OpDefinition forgetful = OpDefinition.named("forgetful", 1).formula("y = x").axes("rows", "cols")
                .input("x", "rows", "cols").output("y", "rows", "cols").flops("0").exact()
                .reference("rows", (call, row) -> call.put(0, row * call.axis(1), 0)).build();
        Tensor x = Tensor.allocate(DType.F32, 4, 3);
        assertThatThrownBy(() -> compare(forgetful, DType.F32, x, x)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("gave 4 results for 12 output elements");
    }

    /** A full verification compares every element of a product of 2048 x 2048 x 2048. */
    @Test
    @Tag("stress")
    @Timeout(60)
    void aProductOf2048CubedIsComparedInFullInSeconds() {
        Workload product = StandardOps.catalog().parse("matmul(m=2048,n=2048,k=2048)", DType.F32);
        float[] ones = new float[2048 * 2048];
        Arrays.fill(ones, 1);
        float[] sums = new float[2048 * 2048];
        Arrays.fill(sums, 2048);
        OutputChecker checker = new OutputChecker(product, product.signature().maxAxes(), true, pool);
        Comparison comparison = checker.compare(
                List.of(Tensor.of(ones, 2048, 2048), Tensor.of(ones, 2048, 2048)),
                List.of(Tensor.of(sums, 2048, 2048)), UnitSample.complete(checker.units()));
        assertThat(comparison.wrong()).isZero();
        assertThat(comparison.compared()).isEqualTo(2048L * 2048);
    }
}
