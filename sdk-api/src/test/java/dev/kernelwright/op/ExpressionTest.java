package dev.kernelwright.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionTest {
    private static long evaluate(String text) {
        return Expression.parse(text).evaluate(name -> {
            throw new AssertionError("asked for " + name);
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
            "2 + 3 * 4; 14", "(2 + 3) * 4; 20", "20 - 5 - 3; 12", "100 / 5 / 2; 10", "100 % 7 * 3; 6", "-2 * 3; -6",
            "- -2; 2", "2 - -3; 5", "!0 + 1; 2", "!(0 + 1); 0", "!!7; 1", "1 + 2 < 4; 1", "3 < 2 + 1; 0",
            "1 < 2 == 1; 1", "5 > 3 > 1; 0", "1 == 1 && 2 >= 3; 0", "1 || 0 && 0; 1", "0 && 0 || 1; 1",
            "1 != 2 || 0; 1", "7 <= 7; 1", "-7 / 2; -3", "-7 % 2; -1", "  42  ; 42"})
    void operatorsBindAsInJavaAndC(String text, long expected) {
        assertThat(evaluate(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
            "min(3, 1, 2); 1", "max(3, 1, 2); 3", "min(5); 5", "max(-4); -4", "ceil_div(7, 2); 4", "ceil_div(8, 2); 4",
            "ceil_div(-7, 2); -3", "select(2, 10, 20); 10", "select(0, 10, 20); 20", "select(1, 1, 2) + 1; 2",
            "min(1 + 1, max(2, 3)) * 2; 4"})
    void functionsDoWhatTheirNamesSay(String text, long expected) {
        assertThat(evaluate(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
            "1 || 1 / 0; 1", "0 && 1 / 0; 0", "select(1, 2, 1 / 0); 2", "select(0, 1 / 0, 3); 3"})
    void anOperandThatDoesNotMatterIsNotEvaluated(String text, long expected) {
        assertThat(evaluate(text)).isEqualTo(expected);
        assertThat(Expression.parse(text).compile(List.of()).evaluate(new long[0])).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
            "1 / 0", "1 % 0", "ceil_div(1, 0)", "9223372036854775807 + 1", "-9223372036854775807 - 2",
            "4611686018427387904 * 2", "-(-9223372036854775807 - 1)", "(-9223372036854775807 - 1) / -1"})
    void divisionByZeroAndOverflowAreErrors(String text) {
        assertThatThrownBy(() -> evaluate(text)).isInstanceOf(ArithmeticException.class);
        Expression.Compiled compiled = Expression.parse(text).compile(List.of());
        assertThatThrownBy(() -> compiled.evaluate(new long[0])).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void parsingEvaluatingAndCompilingAgreeWithJavaOnRandomExpressions() {
        Random random = new Random(20_250_701);
        int failures = 0;
        int negatives = 0;
        for (int i = 0; i < 20_000; i++) {
            long[] values = random.longs(RandomExpression.NAMES.size(), -5, 20).toArray();
            RandomExpression sample = RandomExpression.next(random, values, random.nextInt(5));
            if (sample.text().length() > 2_000) {
                continue;
            }
            String expected = outcome(sample.value());
            Expression expression = Expression.parse(sample.text());
            assertThat(outcome(() -> expression.evaluate(name -> values[RandomExpression.NAMES.indexOf(name)])))
                    .as(sample.text()).isEqualTo(expected);
            assertThat(outcome(() -> expression.compile(RandomExpression.NAMES).evaluate(values))).as(sample.text())
                    .isEqualTo(expected);
            assertThat(outcome(() -> evaluate(expression.bind(bindings(values)).toString()))).as(sample.text())
                    .isEqualTo(expected);
            failures += expected.equals("arithmetic") ? 1 : 0;
            negatives += expected.startsWith("-") ? 1 : 0;
        }
        // The samples are worth something only if errors and negative values occur among them.
        assertThat(failures).isBetween(500, 10_000);
        assertThat(negatives).isGreaterThan(1_000);
    }

    private static String outcome(LongSupplier computation) {
        try {
            return Long.toString(computation.getAsLong());
        } catch (ArithmeticException e) {
            return "arithmetic";
        }
    }

    private static Map<String, Long> bindings(long[] values) {
        Map<String, Long> bindings = new HashMap<>();
        for (int i = 0; i < values.length; i++) {
            bindings.put(RandomExpression.NAMES.get(i), values[i]);
        }
        return bindings;
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
            "``; a number, a name or '(' at character 1",
            "1 +; a number, a name or '(' at character 4",
            "(1; ')' at character 3",
            "1 2; an operator or the end at character 3",
            "1.5; an operator or the end at character 2",
            "a = b; an operator or the end at character 3",
            "a & b; an operator or the end at character 3",
            "1e5; a whole number of at most 63 bits at character 1",
            "2 * 9223372036854775808; a whole number of at most 63 bits at character 5",
            "min(); a number, a name or '(' at character 5",
            "min(1, 2; ')' at character 9",
            "größe; an operator or the end at character 3"})
    void malformedTextIsRefusedWithWhatIsNeededAndWhere(String text, String needed) {
        assertThatThrownBy(() -> Expression.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the expression '" + text + "' needs " + needed);
    }

    @Test
    void unknownFunctionsAndWrongNumbersOfOperandsAreRefused() {
        assertThatThrownBy(() -> Expression.parse("log(2)")).hasMessage(
                "the expression 'log(2)' calls 'log', which does not exist: use min, max, ceil_div or select");
        assertThatThrownBy(() -> Expression.parse("ceil_div(1)"))
                .hasMessage("the expression 'ceil_div(1)' gives ceil_div 1 operands: it takes 2");
        assertThatThrownBy(() -> Expression.parse("select(1, 2, 3, 4)"))
                .hasMessage("the expression 'select(1, 2, 3, 4)' gives select 4 operands: it takes 3");
    }

    @Test
    void deepNestingAndLongTextsAreRefused() {
        String deep = "(".repeat(64) + "1" + ")".repeat(64);
        assertThatThrownBy(() -> Expression.parse(deep))
                .hasMessage("the expression '" + deep + "' nests deeper than 64 levels: write it flatter");
        assertThat(evaluate("(".repeat(63) + "1" + ")".repeat(63))).isEqualTo(1);
        assertThatThrownBy(() -> Expression.parse("1" + "+1".repeat(1_000)))
                .hasMessage("an expression of 2001 characters was given: at most 2000 are allowed");
        assertThat(evaluate("10" + "+1".repeat(999))).isEqualTo(1_009);
    }

    @Test
    void compilingWithAnUnknownNameIsRefused() {
        assertThatThrownBy(() -> Expression.parse("rows * dim").compile(List.of("rows", "cols")))
                .isInstanceOf(IllegalArgumentException.class).hasMessage(
                        "the expression 'rows * dim' uses 'dim', which is not known here: use one of [rows, cols]");
    }

    @Test
    void bindingReplacesWholeNamesOnly() {
        Expression expression = Expression.parse("n * n_blocks + min(n, m)");
        assertThat(expression.bind(Map.of("n", 7L)).toString()).isEqualTo("7 * n_blocks + min(7, m)");
        assertThat(expression.bind(Map.of("n", 7L)).names()).containsExactlyInAnyOrder("n_blocks", "m");
    }

    @Test
    void bindingANegativeNumberKeepsTheMeaning() {
        assertThat(Expression.parse("10 - n").bind(Map.of("n", -3L)).toString()).isEqualTo("10 - (-3)");
    }

    @Test
    void bindingANameThatIsAlsoAFunctionLeavesTheFunction() {
        Expression expression = Expression.parse("min(min, 5) + max (max, 1)").bind(Map.of("min", 3L, "max", 4L));
        assertThat(expression.toString()).isEqualTo("min(3, 5) + max (4, 1)");
    }

    @Test
    void bindingNothingGivesTheExpressionItself() {
        Expression expression = Expression.parse("rows + 1");
        assertThat(expression.bind(Map.of("cols", 1L))).isSameAs(expression);
    }

    @Test
    void namesAreThoseThatOccurAndFunctionsAreNotAmongThem() {
        assertThat(Expression.parse("max(rows, 2) * cols + rows").names()).containsExactlyInAnyOrder("rows", "cols");
    }

    @Test
    void expressionsAreEqualIfTheirTextsAre() {
        assertThat(Expression.parse("a + 1")).isEqualTo(Expression.parse("a + 1"))
                .hasSameHashCodeAs(Expression.parse("a + 1")).isNotEqualTo(Expression.parse("a+1"));
        assertThat(Expression.constant(5)).isEqualTo(Expression.parse("5"));
    }
}
