package dev.kernelwright.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kernelwright.op.Expression;
import dev.kernelwright.spi.LaunchPlan;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchPlanJsonTest {
    private static final String WRITTEN_BY_HAND = """
            {"steps": [{"entry": "run", "grid": ["ceil_div(rows, 4)"], "block": ["32", "4"], "sharedBytes": "1024"}],
             "workspaceBytes": "rows * 8"}
            """;

    @Test
    void aPlanWrittenByHandIsRead() {
        assertThat(LaunchPlanJson.parse(WRITTEN_BY_HAND)).isEqualTo(new LaunchPlan(
                List.of(new LaunchPlan.Step("run", List.of(Expression.parse("ceil_div(rows, 4)")),
                        List.of(Expression.constant(32), Expression.constant(4)), Expression.constant(1024))),
                Expression.parse("rows * 8")));
    }

    @Test
    void whatIsFormattedIsReadBack() {
        LaunchPlan plan = LaunchPlanJson.parse(WRITTEN_BY_HAND);
        assertThat(LaunchPlanJson.parse(LaunchPlanJson.format(plan))).isEqualTo(plan);
    }

    @Test
    void clustersAndTensorMapsAreReadBack() {
        LaunchPlan plan = new LaunchPlan(
                List.of(new LaunchPlan.Step("run", List.of(Expression.parse("rows")), List.of(Expression.constant(128)),
                        Expression.constant(0), List.of(Expression.constant(2)), true)),
                Expression.constant(0),
                List.of(new LaunchPlan.TensorMap("x", List.of(Expression.parse("cols"), Expression.parse("rows")),
                        List.of(Expression.constant(64), Expression.constant(8)), Expression.constant(128))));
        assertThat(LaunchPlanJson.parse(LaunchPlanJson.format(plan))).isEqualTo(plan);
    }

    @Test
    void aPlanIsFormattedAsJqWouldFormatIt() {
        assertThat(LaunchPlanJson.format(Records.PLAN)).isEqualTo("""
                {
                  "steps": [
                    {
                      "entry": "run",
                      "grid": [
                        "ceil_div(rows, 4)"
                      ],
                      "block": [],
                      "sharedBytes": "0",
                      "cluster": [],
                      "cooperative": false
                    }
                  ],
                  "workspaceBytes": "0",
                  "tensorMaps": []
                }""");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`` | the launch plan is empty: it must be an object",
            "[] | the launch plan is a list: it must be an object",
            "{} | the launch plan's steps is missing: the launch plan must have it",
            "{\"steps\": [], \"workspaceBytes\": \"0\"} | was given 0 steps",
            "{\"steps\": [1], \"workspaceBytes\": \"0\"} | the launch plan's steps[0] is 1: it must be an object",
            "{\"steps\": [{\"entry\": \"run\", \"grid\": [1]}]} | steps[0].grid[0] is 1: it must be text",
            "{\"steps\": [{\"entry\": \"run\", \"grid\": [\"1 +\"]}]} | grid[0] cannot be read: the expression '1 +'",
            "{\"steps\": [{\"entry\": \"run\", \"grid\": [\"1\"]}]} | steps[0].block is missing",
            "{} {} | the launch plan is not the JSON that is asked for, at line 1",
            "{\"steps\": 1, \"steps\": 2} | Duplicate field 'steps'",
            "{'steps': []} | was expecting double-quote",
            "[[[[[[[[[[[[[[[[[[[[ | nesting depth",
    })
    void whatIsWrongWithAPlanIsSaidInOneSentence(String json, String complaint) {
        assertThatIllegalArgumentException().isThrownBy(() -> LaunchPlanJson.parse(json))
                .withMessageContaining(complaint)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
}
