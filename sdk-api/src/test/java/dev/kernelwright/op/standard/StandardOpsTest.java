package dev.kernelwright.op.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.BufferSpec;
import dev.kernelwright.op.Elements;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of every standard op. */
class StandardOpsTest {
    /** A small workload of every op; axes have different extents, so that mixing them up shows. */
    private static final List<String> SMALL = List.of("add(n=7)", "mul(n=7)", "silu_mul(n=7)", "gelu(n=7)",
            "sum(rows=3,cols=5)", "argmax(rows=3,cols=5)", "softmax(rows=3,cols=5)", "rms_norm(rows=3,cols=5)",
            "layer_norm(rows=3,cols=5)", "rope(rows=3,heads=2,head_dim=8,positions=11)",
            "rope(rows=3,heads=2,head_dim=8,positions=11,interleaved=1)", "embedding(rows=3,vocab=11,dim=5)",
            "matmul(m=3,n=5,k=7)", "matmul(m=3,n=5,k=7,transpose_b=1)",
            "attention(batch=2,q_len=3,ctx=5,heads=4,kv_heads=2,head_dim=8)",
            "attention(batch=2,q_len=7,ctx=5,heads=4,kv_heads=2,head_dim=8,causal=0)");

    static List<String> small() {
        return SMALL;
    }

    static Stream<OpDefinition> all() {
        return StandardOps.all().stream();
    }

    @Test
    void theCatalogueHasEveryOp() {
        assertThat(StandardOps.catalog().definitions()).isEqualTo(StandardOps.all());
        assertThat(SMALL.stream().map(text -> text.substring(0, text.indexOf('('))).distinct())
                .containsExactlyElementsOf(StandardOps.all().stream().map(OpDefinition::name).toList());
    }

    @ParameterizedTest
    @MethodSource("small")
    void theReferenceComputesFromTheExactValuesOfHalfPrecisionInputs(String text) {
        for (DType half : List.of(DType.F16, DType.BF16)) {
            Workload narrow = StandardOps.catalog().parse(text, half);
            List<Tensor> inputs = Samples.inputs(narrow, 1);
            double[] values = OpRun.of(narrow, inputs).values();
            double[] widened = OpRun.of(StandardOps.catalog().parse(text, DType.F32),
                    inputs.stream().map(StandardOpsTest::widen).toList()).values();
            assertThat(values).isEqualTo(widened);
        }
    }

    private static Tensor widen(Tensor tensor) {
        if (tensor.dtype() == DType.I32) {
            return tensor;
        }
        Tensor wide = Tensor.allocate(DType.F32, tensor.shape());
        Elements from = new Elements(tensor);
        Elements to = new Elements(wide);
        for (long i = 0; i < from.count(); i++) {
            to.set(i, from.get(i));
        }
        return wide;
    }

    @ParameterizedTest
    @MethodSource("small")
    void everyInputMatters(String text) {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        double[] before = OpRun.of(workload, Samples.inputs(workload, 1)).values();
        for (int i = 0; i < workload.signature().inputs().size(); i++) {
            List<Tensor> inputs = new ArrayList<>(Samples.inputs(workload, 1));
            inputs.set(i, Samples.inputs(workload, 2).get(i));
            assertThat(OpRun.of(workload, inputs).values()).as("with another %s",
                    workload.signature().inputs().get(i).name()).isNotEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void anExtentThatDoesNotFitAnIntIsRefusedForEveryAxis(OpDefinition op) {
        for (String axis : op.axes()) {
            Workload.Builder builder = op.workload(DType.F32);
            op.axes().forEach(each -> builder.axis(each, each.equals(axis) ? 1L << 31 : 2));
            assertThatThrownBy(builder::build).as(axis).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(" <= 2147483647: choose other values");
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void anOutermostAxisOfZeroLeavesNothingToCompute(OpDefinition op) {
        Workload.Builder builder = op.workload(DType.F32);
        op.axes().forEach(axis -> builder.axis(axis, axis.equals(op.axes().getFirst()) ? 0 : 2));
        Workload workload = builder.build();
        assertThat(OpRun.of(workload, Samples.inputs(workload, 1)).values()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("small")
    void bytesAreAtMostEveryTensorOnceAndAtLeastTheOutputs(String text) {
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        long[] axes = workload.signature().maxAxes();
        long outputs = 0;
        for (BufferSpec output : workload.signature().outputs()) {
            outputs += Tensor.byteSize(output.dtype(), workload.signature().shape(output, axes));
        }
        assertThat(workload.bytes(axes)).isBetween(outputs, workload.signature().totalBytes(axes));
    }
}
