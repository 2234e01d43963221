package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final OpDefinition SCALE = TestOps.complete();

    private static Workload.Builder scale() {
        return SCALE.workload(DType.F32);
    }

    @Test
    void attributesThatAreNotBoundKeepTheirDefault() {
        Workload workload = scale().attribute("flag", 1).axis("cols", 8).axis("rows", 1, 64).build();
        assertThat(workload).hasToString("scale(rows=1..64,cols=8,factor=0.5,flag=1):f32");
    }

    @Test
    void costsFollowTheAxesAndTheType() {
        Workload f32 = scale().axis("rows", 1, 64).axis("cols", 8).build();
        Workload f16 = SCALE.workload(DType.F16).axis("rows", 1, 64).axis("cols", 8).build();
        assertThat(f32.flops(new long[]{3, 8})).isEqualTo(24);
        assertThat(f32.bytes(new long[]{3, 8})).isEqualTo(2 * 24 * 4);
        assertThat(f16.bytes(new long[]{3, 8})).isEqualTo(2 * 24 * 2);
    }

    @Test
    void workloadsAreEqualIfDefinitionTypeAxesAndAttributesAre() {
        Workload workload = scale().axis("rows", 2).axis("cols", 8).build();
        assertThat(workload).isEqualTo(scale().axis("cols", 8).axis("rows", 2).attribute("factor", 0.5).build())
                .hasSameHashCodeAs(scale().axis("cols", 8).axis("rows", 2).build())
                .isNotEqualTo(scale().axis("rows", 2, 3).axis("cols", 8).build())
                .isNotEqualTo(scale().axis("rows", 2).axis("cols", 8).attribute("factor", 0.25).build())
                .isNotEqualTo(SCALE.workload(DType.F16).axis("rows", 2).axis("cols", 8).build())
                .isNotEqualTo(TestOps.complete().workload(DType.F32).axis("rows", 2).axis("cols", 8).build());
    }

    @Test
    void anIntegerTypeIsRefused() {
        assertThatThrownBy(() -> SCALE.workload(DType.I32)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale was asked for with dtype i32: use f32, f16 or bf16");
    }

    @Test
    void anUnknownAxisIsRefused() {
        assertThatThrownBy(() -> scale().axis("depth", 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale was given the axis 'depth', but its axes are [rows, cols]: use one of them");
    }

    @Test
    void anAxisThatIsNotARangeIsRefused() {
        assertThatThrownBy(() -> scale().axis("rows", -1)).isInstanceOf(IllegalArgumentException.class).hasMessage(
                "axis rows was given the range -1..-1: it must begin at 0 or above and not end below its beginning");
        assertThatThrownBy(() -> scale().axis("rows", 4, 3)).hasMessage(
                "axis rows was given the range 4..3: it must begin at 0 or above and not end below its beginning");
    }

    @Test
    void aMissingAxisIsRefused() {
        assertThatThrownBy(() -> scale().axis("rows", 1).build()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale was asked for without the axis 'cols': give all of [rows, cols]");
    }

    @Test
    void anUnknownAttributeIsRefused() {
        assertThatThrownBy(() -> scale().attribute("eps", 1)).isInstanceOf(IllegalArgumentException.class).hasMessage(
                "scale was given the attribute 'eps', but its attributes are [factor, flag]: use one of them");
    }

    @Test
    void anAttributeThatIsNotFiniteIsRefused() {
        assertThatThrownBy(() -> scale().attribute("factor", Double.NaN)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale was given factor=NaN: attributes must be finite numbers");
        assertThatThrownBy(() -> scale().attribute("factor", Double.POSITIVE_INFINITY))
                .hasMessage("scale was given factor=Infinity: attributes must be finite numbers");
    }

    @Test
    void aConstraintMustHoldAtBothEndsOfARange() {
        assertThatThrownBy(() -> scale().axis("rows", 1).axis("cols", 3, 8).build())
                .isInstanceOf(IllegalArgumentException.class).hasMessage("scale(rows=1,cols=3..8,factor=0.5,flag=0) was"
                        + " asked for, but scale requires cols % 4 == 0: choose other values");
        assertThatThrownBy(() -> scale().axis("rows", 1).axis("cols", 4, 9).build())
                .hasMessageContaining("cols=4..9").hasMessageContaining("requires cols % 4 == 0");
    }

    @Test
    void aFlagThatIsNotWholeIsRefusedThoughAnExpressionWouldCutItToZero() {
        assertThatThrownBy(() -> scale().axis("rows", 1).axis("cols", 4).attribute("flag", 0.5).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the expression 'flag == 0 || flag == 1' uses 'flag', which is 0.5 in"
                        + " scale(rows=1,cols=4,factor=0.5,flag=0.5): give a whole number");
    }

    @Test
    void sizesBeyond63BitsAreRefused() {
        assertThatThrownBy(() -> scale().axis("rows", 1L << 31).axis("cols", 1L << 31).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("scale(rows=2147483648,cols=2147483648,factor=0.5,flag=0) was asked for, but its sizes or"
                        + " its cost cannot be computed in 63 bits: choose other axes");
    }

    @Test
    void costsBeyond63BitsAreRefused() {
        OpDefinition cube = OpDefinition.named("cube", 1).axes("n").output("out", "n").flops("n * n * n").exact()
                .reference("n", (call, i) -> call.put(0, i, 0)).build();
        assertThatThrownBy(() -> cube.workload(DType.F32).axis("n", 1, 1L << 22).build())
                .hasMessage("cube(n=1..4194304) was asked for, but its sizes or its cost cannot be computed in 63 bits:"
                        + " choose other axes");
    }
}
