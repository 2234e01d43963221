package dev.kernelwright.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelTemplateTest {
    private static final String TEXT = """
            // @parameter UNROLL 4 1 2
            // @parameter ROWS_PER_BLOCK 1 8
              // @require UNROLL * 16 <= cols
            // @step partial grid=ceil_div(rows,ROWS_PER_BLOCK);2 block=32;4;1 shared=UNROLL*4
            // @step finish grid=1
            // @workspace rows * 8
            final class Kernel {
                static final int ROWS = 1;
                private static final int COLS = 2;
                static final long UNROLL = 3;
                static final float EPS = 0.5f;
                static final double OTHER = 7.5; // not a name of the op's
                static final boolean BOUNDS = true;
            }
            """;

    private static final KernelSignature SIGNATURE = StandardOps.catalog()
            .parse("rms_norm(rows=1..64,cols=64,eps=1e-6)", DType.F32).signature();

    private static KernelTemplate parse(String text) {
        return KernelTemplate.parse("java-vector", text);
    }

    private static String expand(String line, Map<String, Long> point, KernelSignature signature) {
        return parse("// @step run grid=1\n" + line).expand(point, signature).text().lines().skip(1).findFirst()
                .orElseThrow();
    }

    @Test
    void directivesAreRead() {
        KernelTemplate template = parse(TEXT);
        assertThat(template.parameters()).containsExactly(Map.entry("UNROLL", List.of(4L, 1L, 2L)),
                Map.entry("ROWS_PER_BLOCK", List.of(1L, 8L)));
        assertThat(template.constraints()).containsExactly(Expression.parse("UNROLL * 16 <= cols"));
        assertThat(template.pointCount()).isEqualTo(6);
        assertThat(template.plan().workspaceBytes()).hasToString("rows * 8");
        assertThat(template.plan().steps()).containsExactly(
                new LaunchPlan.Step("partial",
                        List.of(Expression.parse("ceil_div(rows,ROWS_PER_BLOCK)"), Expression.constant(2)),
                        List.of(Expression.constant(32), Expression.constant(4), Expression.constant(1)),
                        Expression.parse("UNROLL*4")),
                new LaunchPlan.Step("finish", List.of(Expression.constant(1)), List.of(), Expression.constant(0)));
    }

    @Test
    void clustersCooperationAndTensorMapsAreRead() {
        LaunchPlan plan = parse("""
                // @parameter BOX 64
                // @step run grid=rows block=128 cluster=2;1 cooperative=1
                // @tensor_map x dims=cols;rows box=BOX;8 swizzle=128
                """).expand(Map.of("BOX", 32L), SIGNATURE).plan();
        assertThat(plan.steps().getFirst().cluster()).hasToString("[2, 1]");
        assertThat(plan.steps().getFirst().cooperative()).isTrue();
        assertThat(plan.tensorMaps()).hasToString(
                "[TensorMap[buffer=x, dims=[cols, rows], box=[32, 8], swizzleBytes=128]]");
    }

    @Test
    void aConstantNamedLikeADtypeSaysWhetherItIsTheWorkloads() {
        KernelSignature half = StandardOps.catalog().parse("add(n=8)", DType.BF16).signature();
        assertThat(expand("#define BF16 0", Map.of(), half)).isEqualTo("#define BF16 1");
        assertThat(expand("#define F32 1", Map.of(), half)).isEqualTo("#define F32 0");
        assertThat(expand("#define F32 0", Map.of(), SIGNATURE)).isEqualTo("#define F32 1");
    }

    @Test
    void expandingReplacesConstantsByNameAndLeavesTheRest() {
        KernelSource source = parse(TEXT).expand(Map.of("UNROLL", 2L, "ROWS_PER_BLOCK", 8L), SIGNATURE);
        assertThat(source.text()).contains("static final int ROWS = 0;", "private static final int COLS = 64;",
                "static final long UNROLL = 2L;", "static final float EPS = 1.0E-6f;",
                "static final double OTHER = 7.5; // not a name of the op's", "static final boolean BOUNDS = true;");
        assertThat(source.language()).isEqualTo("java-vector");
        assertThat(source.parameters()).containsOnly(Map.entry("UNROLL", 2L), Map.entry("ROWS_PER_BLOCK", 8L));
    }

    @Test
    void expandingBindsParametersInThePlanAndLeavesAxes() {
        LaunchPlan plan = parse(TEXT).expand(Map.of("UNROLL", 2L, "ROWS_PER_BLOCK", 8L), SIGNATURE).plan();
        assertThat(plan.steps().getFirst().grid().getFirst()).hasToString("ceil_div(rows,8)");
        assertThat(plan.steps().getFirst().sharedBytes()).hasToString("2*4");
        assertThat(plan.workspaceBytes()).hasToString("rows * 8");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "static final int UNROLL = 0;       | static final int UNROLL = 8;",
            "static final long UNROLL = 0L;     | static final long UNROLL = 8L;",
            "static final float UNROLL = 0f;    | static final float UNROLL = 8.0f;",
            "static final double UNROLL = 0;    | static final double UNROLL = 8.0;",
            "static final boolean UNROLL = !X;  | static final boolean UNROLL = true;",
            "static final boolean ROWS = true;  | static final boolean ROWS = false;",
            "static final int COLS = 4 * 2 + 1; | static final int COLS = 64;",
            "static final float EPS = 1e-5f;    | static final float EPS = 1.0E-6f;",
            "static final double EPS = 1e-5;    | static final double EPS = 1.0E-6;",
            "#define UNROLL   0                 | #define UNROLL 8",
            "#define COLS 0 // columns          | #define COLS 64 // columns",
            "#define ROWS 7                     | #define ROWS 0",
            "#define EPS 0.5f                   | #define EPS 1.0E-6"})
    void eachFormOfConstantIsReplacedInItsOwnWay(String before, String after) {
        assertThat(expand(before, Map.of("UNROLL", 8L), SIGNATURE)).isEqualTo(after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"static final int UNROLLED = 1;", "int UNROLL = 1;", "static int UNROLL = 1;",
            "static final short UNROLL = 1;", "#define UNROLL(x) x", "#undef UNROLL", "static final int unroll = 1;"})
    void whatIsNotAConstantOfThatNameStays(String line) {
        assertThat(expand(line, Map.of("UNROLL", 8L), SIGNATURE)).isEqualTo(line);
    }

    @Test
    void aFlagBecomesABooleanAndAnIntAlike() {
        KernelSignature matmul = StandardOps.catalog().parse("matmul(m=1,n=2,k=3,transpose_b=1)", DType.F32)
                .signature();
        assertThat(expand("static final boolean TRANSPOSE_B = false;", Map.of(), matmul))
                .isEqualTo("static final boolean TRANSPOSE_B = true;");
        assertThat(expand("static final int TRANSPOSE_B = 0;", Map.of(), matmul))
                .isEqualTo("static final int TRANSPOSE_B = 1;");
        assertThat(expand("#define TRANSPOSE_B 0", Map.of(), matmul)).isEqualTo("#define TRANSPOSE_B 1");
    }

    @Test
    void aWholeAttributeIsBoundInThePlanAndAFractionIsNot() {
        KernelSignature matmul = StandardOps.catalog().parse("matmul(m=1,n=2,k=3,transpose_b=1)", DType.F32)
                .signature();
        assertThat(parse("// @step run grid=transpose_b+m").expand(Map.of(), matmul).plan().steps().getFirst().grid())
                .containsExactly(Expression.parse("1+m"));
        assertThat(parse("// @step run grid=eps+rows").expand(Map.of(), SIGNATURE).plan().steps().getFirst().grid())
                .containsExactly(Expression.parse("eps+rows"));
    }

    @Test
    void constraintsSeeParametersAttributesAndTheLargestAxes() {
        KernelTemplate template = parse("""
                // @parameter UNROLL 1
                // @require UNROLL * 16 <= cols
                // @require rows == 64
                // @step run grid=1
                """);
        assertThat(template.admits(Map.of("UNROLL", 4L), SIGNATURE)).isTrue();
        assertThat(template.admits(Map.of("UNROLL", 5L), SIGNATURE)).isFalse();
    }

    @Test
    void aConstraintThatDividesByZeroIsNotSatisfied() {
        KernelTemplate template =
                parse("// @parameter UNROLL 0 1\n// @require cols % UNROLL == 0\n// @step run grid=1");
        assertThat(template.admits(Map.of("UNROLL", 0L), SIGNATURE)).isFalse();
        assertThat(template.admits(Map.of("UNROLL", 1L), SIGNATURE)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lanes", "eps"})
    void aConstraintOverAnUnknownNameOrAFractionIsRefused(String name) {
        KernelTemplate template = parse("// @require " + name + " > 0\n// @step run grid=1");
        assertThatThrownBy(() -> template.admits(Map.of(), SIGNATURE)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the template's constraint '" + name + " > 0' uses '" + name
                        + "', but rms_norm and the template have [");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "// @stepp run grid=1      | use parameter, require, step, workspace or tensor_map",
            "// @parameter UNROLL      | name each parameter once, with at least one value",
            "// @parameter UNROLL 1 x  | values are whole numbers",
            "// @parameter UNROLL 1.5  | values are whole numbers",
            "// @parameter             | it says nothing",
            "// @require               | it says nothing",
            "// @step                  | it says nothing",
            "// @require 1 +           | the expression '1 +' needs a number, a name or '(' at character 4",
            "// @workspace rows *      | the expression 'rows *' needs a number, a name or '(' at character 7",
            "// @step run              | the step run was given 0 grid and 0 block dimensions: give 1 to 3 and 0 to 3",
            "// @step run grid=1;2;3;4 | the step run was given 4 grid and 0 block dimensions: give 1 to 3 and 0 to 3",
            "// @step run grid=        | the expression '' needs a number, a name or '(' at character 1",
            "// @step run grid=1 x=2   | use block=, cluster=, cooperative=, grid=, shared=, and no spaces in an expression",
            "// @step run grid=1 cooperative=2 | cooperative is 0 or 1",
            "// @tensor_map x dims=1;2 box=1 | the tensor map of x was given 2 dimensions and a box of 1: give 1 to 5, and"
                    + " as many",
            "// @step run grid=1 + 2   | use block=, cluster=, cooperative=, grid=, shared=, and no spaces in an expression"})
    void aMalformedDirectiveIsRefusedWithItsLine(String line, String reason) {
        assertThatThrownBy(() -> parse("// @step first grid=1\n    " + line + "\nclass Kernel {}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the template's line '" + line + "' is malformed: " + reason);
    }

    @Test
    void aParameterGivenTwiceIsRefused() {
        assertThatThrownBy(() -> parse("// @parameter U 1\n// @parameter U 2\n// @step run grid=1"))
                .hasMessage("the template's line '// @parameter U 2' is malformed: name each parameter once, with at"
                        + " least one value");
    }

    @Test
    void aTemplateWithoutAStepIsRefused() {
        assertThatThrownBy(() -> parse("class Kernel {}")).isInstanceOf(IllegalArgumentException.class).hasMessage(
                "a template without a launch was given: add a line such as '// @step run grid=ceil_div(rows,4)'");
    }

    @Test
    void moreThanSixteenStepsAreRefused() {
        assertThatThrownBy(() -> parse("// @step run grid=1\n".repeat(17))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a launch plan was given 17 steps: give 1 to 16");
        assertThat(parse("// @step run grid=1\n".repeat(16)).plan().steps()).hasSize(16);
    }

    @Test
    void commentsThatAreNotDirectivesAreLeftAlone() {
        KernelTemplate template = parse("// @step run grid=1\n// see @parameter above\nint x; // @require 0\n");
        assertThat(template.parameters()).isEmpty();
        assertThat(template.constraints()).isEmpty();
    }
}
