package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpDefinitionTest {
    private static final Reference NOTHING = (call, unit) -> {};

    @Test
    void aDefinitionHoldsWhatItWasGiven() {
        OpDefinition op = TestOps.complete();
        assertThat(op).hasToString("scale@3");
        assertThat(op.axes()).containsExactly("rows", "cols");
        assertThat(op.attributes()).containsExactly(Map.entry("factor", 0.5), Map.entry("flag", 0.0));
        assertThat(op.buffers(DType.F16)).containsExactly(
                new BufferSpec("x", DType.F16, dims("rows", "cols"), false, null),
                new BufferSpec("out", DType.F16, dims("rows", "cols"), true, null));
    }

    private static List<Expression> dims(String... dims) {
        return Arrays.stream(dims).map(Expression::parse).toList();
    }

    @Test
    void inputsComeBeforeOutputsHoweverTheyWereDeclared() {
        OpDefinition op = OpDefinition.named("late", 1).axes("n").output("out", "n").indexInput("at", "n", "n")
                .indexOutput("count").input("x", "n").flops("0").exact().reference("1", NOTHING).build();
        assertThat(op.buffers(DType.BF16)).extracting(BufferSpec::name).containsExactly("at", "x", "out", "count");
        assertThat(op.buffers(DType.BF16)).extracting(BufferSpec::dtype).containsExactly(DType.I32, DType.BF16,
                DType.BF16, DType.I32);
        assertThat(op.buffers(DType.F32).getFirst().indexLimit()).hasToString("n");
    }

    @Test
    void unitsAreSampledAloneUnlessTheDefinitionSaysOtherwise() {
        assertThat(TestOps.complete().unitsTogether()).hasToString("1");
        assertThat(TestOps.scale().reference("rows * cols", NOTHING).unitsTogether("cols").build().unitsTogether())
                .hasToString("cols");
        assertThatThrownBy(() -> TestOps.scale().reference("rows", NOTHING).unitsTogether("columns").build())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("columns");
    }

    @Test
    void compulsoryBytesAreEachTensorOnce() {
        Workload workload = OpDefinition.named("pick", 1).axes("rows", "cols").input("x", "rows", "cols + 1")
                .indexInput("at", "cols", "rows").output("out", "rows").flops("0").exact().reference("rows", NOTHING)
                .build().workload(DType.F32).axis("rows", 3).axis("cols", 5).build();
        assertThat(workload.bytes(new long[]{3, 5})).isEqualTo(4 * (3 * 6 + 3 + 3));
    }

    @Test
    void theInterfaceTextSaysEverythingButTheReferenceAndTheCost() {
        assertThat(TestOps.complete().interfaceText()).contains("scale@3", "[rows, cols]", "[factor, flag]",
                "flag == 0 || flag == 1", "in x:dtype", "out out:dtype", "roundings=1", "factor * x[r, c]");
        assertThat(TestOps.scale().reference("rows", NOTHING).build().interfaceText())
                .isEqualTo(TestOps.complete().interfaceText());
        assertThat(TestOps.scale().require("rows > 0").reference("rows", NOTHING).build().interfaceText())
                .isNotEqualTo(TestOps.complete().interfaceText());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Softmax", "1add", "add-2", "add 2", "größe",
            "a234567890123456789012345678901234567890123456789"})
    void namesThatAreNotLowerCaseIdentifiersAreRefused(String name) {
        String message = "'" + name + "' was given as a name: use lower-case letters, digits and '_', beginning with a"
                + " letter, 48 characters at most";
        assertThatThrownBy(() -> OpDefinition.named(name, 1)).hasMessage(message);
        assertThatThrownBy(() -> TestOps.scale().axes(name)).hasMessage(message);
        assertThatThrownBy(() -> TestOps.scale().attribute(name, 0)).hasMessage(message);
        assertThatThrownBy(() -> TestOps.scale().input(name)).hasMessage(message);
    }

    @Test
    void versionsBeginAtOne() {
        assertThatThrownBy(() -> OpDefinition.named("add", 0))
                .hasMessage("the op add was given version 0: versions begin at 1");
    }

    @Test
    void aMissingPartIsNamed() {
        assertThatThrownBy(() -> TestOps.scale().build())
                .hasMessage("the definition of scale is incomplete: call reference(...)");
        assertThatThrownBy(() -> OpDefinition.named("o", 1).build())
                .hasMessage("the definition of o is incomplete: call flops(...)");
        assertThatThrownBy(() -> OpDefinition.named("o", 1).flops("0").build())
                .hasMessage("the definition of o is incomplete: call accuracy(...) or exact()");
        assertThatThrownBy(() -> OpDefinition.named("o", 1).flops("0").exact().reference("1", NOTHING).build())
                .hasMessage("the definition of o has no output: call output(...)");
    }

    @Test
    void anUnknownNameInAnExpressionIsRefused() {
        assertThatThrownBy(() -> TestOps.scale().require("depth > 0").reference("1", NOTHING).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the definition of scale is wrong: the expression 'depth > 0' uses 'depth', which is not"
                        + " known here: use one of [rows, cols, factor, flag]");
        assertThatThrownBy(() -> TestOps.scale().indexInput("at", "depth", "rows").reference("1", NOTHING).build())
                .hasMessageContaining("uses 'depth'");
        assertThatThrownBy(() -> TestOps.scale().reference("depth", NOTHING).build())
                .hasMessageContaining("uses 'depth'");
    }

    @Test
    void twoThingsOfOneNameAreRefused() {
        assertThatThrownBy(() -> TestOps.scale().axes("rows").reference("1", NOTHING).build())
                .hasMessage("the definition of scale has two axes or attributes called 'rows': rename one");
        assertThatThrownBy(() -> TestOps.scale().attribute("cols", 1).reference("1", NOTHING).build())
                .hasMessage("the definition of scale has two axes or attributes called 'cols': rename one");
        assertThatThrownBy(() -> TestOps.scale().input("out").reference("1", NOTHING).build())
                .hasMessage("the definition of scale has two parameters called 'out': rename one");
    }
}
