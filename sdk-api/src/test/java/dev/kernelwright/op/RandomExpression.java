package dev.kernelwright.op;

import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * A random expression as text, with what it must evaluate to by Java's own operators.
 *
 * <p>The text has parentheses only where the precedence and left association that {@link Expression} documents need
 * them, so a parser with others gets another value.
 *
 * @param text the expression
 * @param level how tightly it binds: 0 for {@code ||} to 4 for {@code *}, 5 for unary operators, 6 for the rest
 * @param value computes the value; throws an {@link ArithmeticException} where the expression must
 */
record RandomExpression(String text, int level, LongSupplier value) {
    static final List<String> NAMES = List.of("rows", "cols", "n1", "_k", "UNROLL", "min_rows");

    private static final List<List<String>> OPERATORS = List.of(List.of("||"), List.of("&&"),
            List.of("==", "!=", "<", "<=", ">", ">="), List.of("+", "-"), List.of("*", "/", "%"));
    private static final int UNARY = 5;
    private static final int PRIMARY = 6;

    /** Returns an expression over {@link #NAMES}, whose values are given in their order. */
    static RandomExpression next(Random random, long[] values, int depth) {
        int kind = depth == 0 ? random.nextInt(2) : random.nextInt(10);
        return switch (kind) {
            case 0 -> constant(random.nextInt(20) == 0 ? random.nextLong() >>> 1 : random.nextInt(12));
            case 1 -> {
                int name = random.nextInt(NAMES.size());
                yield new RandomExpression(NAMES.get(name), PRIMARY, () -> values[name]);
            }
            case 2 -> unary(random.nextBoolean(), next(random, values, depth - 1));
            case 3 -> function(random, values, depth - 1);
            default -> {
                int level = random.nextInt(OPERATORS.size());
                String operator = OPERATORS.get(level).get(random.nextInt(OPERATORS.get(level).size()));
                String space = " ".repeat(random.nextInt(3));
                yield binary(operator, level, space, next(random, values, depth - 1), next(random, values, depth - 1));
            }
        };
    }

    private static RandomExpression constant(long value) {
        return new RandomExpression(Long.toString(value), PRIMARY, () -> value);
    }

    private String within(int lowestLevel) {
        return level < lowestLevel ? "(" + text + ")" : text;
    }

    private static RandomExpression unary(boolean not, RandomExpression operand) {
        LongSupplier value = operand.value;
        return not
                ? new RandomExpression("!" + operand.within(UNARY), UNARY, () -> truth(value.getAsLong() == 0))
                : new RandomExpression("-" + operand.within(UNARY), UNARY, () -> Math.negateExact(value.getAsLong()));
    }

    private static RandomExpression binary(String operator, int level, String space, RandomExpression left,
            RandomExpression right) {
        String text = left.within(level) + space + operator + space + right.within(level + 1);
        return new RandomExpression(text, level, () -> apply(operator, left.value, right.value));
    }

    private static RandomExpression function(Random random, long[] values, int depth) {
        RandomExpression a = next(random, values, depth);
        RandomExpression b = next(random, values, depth);
        RandomExpression c = next(random, values, depth);
        return switch (random.nextInt(4)) {
            case 0 -> new RandomExpression("min(" + a.text + "," + b.text + " , " + c.text + ")", PRIMARY,
                    () -> Math.min(Math.min(a.value.getAsLong(), b.value.getAsLong()), c.value.getAsLong()));
            case 1 -> new RandomExpression("max( " + a.text + ")", PRIMARY, a.value);
            case 2 -> new RandomExpression("ceil_div(" + a.text + ", " + b.text + ")", PRIMARY,
                    () -> Math.ceilDivExact(a.value.getAsLong(), b.value.getAsLong()));
            default -> new RandomExpression("select(" + a.text + ", " + b.text + ", " + c.text + ")", PRIMARY,
                    () -> a.value.getAsLong() != 0 ? b.value.getAsLong() : c.value.getAsLong());
        };
    }

    private static long apply(String operator, LongSupplier left, LongSupplier right) {
        long a = left.getAsLong();
        return switch (operator) {
            case "||" -> truth(a != 0 || right.getAsLong() != 0);
            case "&&" -> truth(a != 0 && right.getAsLong() != 0);
            case "==" -> truth(a == right.getAsLong());
            case "!=" -> truth(a != right.getAsLong());
            case "<" -> truth(a < right.getAsLong());
            case "<=" -> truth(a <= right.getAsLong());
            case ">" -> truth(a > right.getAsLong());
            case ">=" -> truth(a >= right.getAsLong());
            case "+" -> Math.addExact(a, right.getAsLong());
            case "-" -> Math.subtractExact(a, right.getAsLong());
            case "*" -> Math.multiplyExact(a, right.getAsLong());
            case "/" -> Math.divideExact(a, right.getAsLong());
            case "%" -> a % right.getAsLong();
            default -> throw new AssertionError(operator);
        };
    }

    private static long truth(boolean condition) {
        return condition ? 1 : 0;
    }
}
