package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Accuracy;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private static final Tensor TABLE = Tensor.of(new float[]{10, 11, 20, 21, 30, 31}, 3, 2);

    @Test
    void eachIdTakesItsRowOfTheTable() {
        double[] values = OpRun.of("embedding(rows=4,vocab=3,dim=2)", Tensor.of(new int[]{2, 0, 2, 1}, 4), TABLE)
                .values();
        assertThat(values).containsExactly(30, 31, 10, 11, 30, 31, 20, 21);
    }

    @Test
    void anythingButACopyIsRejected() {
        OpRun run = OpRun.of("embedding(rows=1,vocab=3,dim=2)", Tensor.of(new int[]{1}, 1), TABLE);
        assertThat(run.worstRatio(new float[]{20, 21})).isZero();
        assertThat(run.worstRatio(new float[]{20, Math.nextUp(21f)})).isInfinite();
    }

    @Test
    void theBoundIsZeroForEveryType() {
        Workload workload = StandardOps.catalog().parse("embedding(rows=1,vocab=3,dim=2)", DType.BF16);
        Accuracy.Bound bound = workload.op().accuracy().bound(workload.signature(), workload.signature().maxAxes());
        assertThat(bound.of(DType.BF16, 1e30, 1e30)).isZero();
    }

    @Test
    void bytesCountOnlyTableRowsThatAreTouched() {
        Workload few = StandardOps.catalog().parse("embedding(rows=2,vocab=32000,dim=100)", DType.F32);
        assertThat(few.bytes(few.signature().maxAxes())).isEqualTo(4 * (2 + 200 + 200));
        Workload many = StandardOps.catalog().parse("embedding(rows=50,vocab=3,dim=100)", DType.F32);
        assertThat(many.bytes(many.signature().maxAxes())).isEqualTo(4 * (50 + 300 + 5000));
    }

    @Test
    void anEmptyTableIsRefused() {
        assertThatThrownBy(() -> StandardOps.catalog().parse("embedding(rows=0,vocab=0,dim=1)", DType.F32))
                .hasMessageEndingWith("but embedding requires vocab >= 1: choose other values");
    }
}
