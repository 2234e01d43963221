package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import org.junit.jupiter.api.Test;

class ArgMaxTest {
    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @Test
    void theColumnOfTheGreatestElementIsFound() {
        double[] columns = OpRun.of("argmax(rows=3,cols=3)", new float[]{1, 5, 2, -3, -2, -1, 7, 0, 6}).values();
        assertThat(columns).containsExactly(1, 2, 0);
    }

    @Test
    void theLowestColumnWinsAmongEquals() {
        double[] columns = OpRun.of("argmax(rows=2,cols=4)", new float[]{1, 4, 4, 4, -0f, 0, 0, -1}).values();
        assertThat(columns).containsExactly(1, 0);
    }

    @Test
    void theFirstNanIsGreaterThanInfinity() {
        double[] columns = OpRun.of("argmax(rows=3,cols=3)",
                new float[]{INFINITY, NAN, NAN, NAN, INFINITY, NAN, 1, -INFINITY, NAN}).values();
        assertThat(columns).containsExactly(1, 0, 2);
    }

    @Test
    void aRowOfNegativeInfinitiesHasItsMaximumInColumnZero() {
        double[] columns = OpRun.of("argmax(rows=1,cols=2)", new float[]{-INFINITY, -INFINITY}).values();
        assertThat(columns).containsExactly(0);
    }

    @Test
    void noColumnsAreRefused() {
        assertThatThrownBy(() -> StandardOps.catalog().parse("argmax(rows=1,cols=0)", DType.F32))
                .hasMessage("argmax(rows=1,cols=0) was asked for, but argmax requires cols >= 1: choose other values");
    }

    @Test
    void theOutputIsI32() {
        assertThat(StandardOps.catalog().parse("argmax(rows=1,cols=2)", DType.BF16).signature().outputs())
                .singleElement().satisfies(output -> assertThat(output.dtype()).isEqualTo(DType.I32));
    }

    @Test
    void theNextColumnIsRejected() {
        OpRun run = OpRun.of("argmax(rows=1,cols=3)", new float[]{1, 5, 2});
        assertThat(run.worstRatio(new float[]{1})).isZero();
        assertThat(run.worstRatio(new float[]{2})).isInfinite();
    }
}
