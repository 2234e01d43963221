package dev.kernelwright.op;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.regex.Pattern;

/**
 * Integer arithmetic over axes, attributes and parameters, written as text and kept as data.
 *
 * <p>Shapes, costs, launch plans and the constraints of search spaces are expressions, so that they can be stored in a
 * record, sent to another process and proposed by a generator without being code. Values are {@code long}; comparisons
 * and logic give 1 or 0. In order of binding, loosest first:
 *
 * <pre>{@code
 * ||   &&   == != < <= > >=   + -   * / %   -x !x   name 42 (…) f(…)
 * }</pre>
 *
 * <p>The functions are {@code min(a, b, …)}, {@code max(a, b, …)}, {@code ceil_div(a, b)} and
 * {@code select(condition, a, b)}. Division rounds towards zero, and {@code ||}, {@code &&} and {@code select} evaluate
 * an operand only if it matters, as in Java and C.
 */
public final class Expression {
    /** A name that is not a function's. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*+(?! *\\()");

    private final String text;
    private final Set<String> names;
    private final Node root;

    Expression(String text, Set<String> names, Node root) {
        this.text = text;
        this.names = names;
        this.root = root;
    }

    /**
     * Parses an expression.
     *
     * @throws IllegalArgumentException if the text is not one
     */
    public static Expression parse(String text) {
        return new ExpressionParser(text).parse();
    }

    /** Returns the expression for a constant. */
    public static Expression constant(long value) {
        return new Expression(Long.toString(value), Set.of(), new Constant(value));
    }

    /** Returns the names that occur in the expression. */
    public Set<String> names() {
        return names;
    }

    /**
     * Evaluates the expression.
     *
     * @param values gives the value of each of {@link #names()}
     * @throws ArithmeticException on a division by zero or an overflow
     */
    public long evaluate(ToLongFunction<String> values) {
        return evaluate(root, values);
    }

    /**
     * Compiles the expression for repeated evaluation without allocation.
     *
     * @param order the names in the order in which {@link Compiled#evaluate} will be given their values
     * @throws IllegalArgumentException if a name of the expression is not among them
     */
    public Compiled compile(List<String> order) {
        for (String name : names) {
            if (!order.contains(name)) {
                throw new IllegalArgumentException("the expression '" + text + "' uses '" + name
                        + "', which is not known here: use one of " + order);
            }
        }
        return compile(root, order);
    }

    /** Returns the expression with some of its names replaced by numbers. */
    public Expression bind(Map<String, Long> values) {
        if (names.stream().noneMatch(values::containsKey)) {
            return this;
        }
        return parse(NAME.matcher(text).replaceAll(match -> {
            Long value = values.get(match.group());
            return value == null ? match.group() : value < 0 ? "(" + value + ")" : value.toString();
        }));
    }

    /** Returns the text that was parsed. */
    @Override
    public String toString() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Expression e && text.equals(e.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** An expression whose names have become indices. */
    @FunctionalInterface
    public interface Compiled {
        /**
         * Evaluates the expression.
         *
         * @throws ArithmeticException on a division by zero or an overflow
         */
        long evaluate(long[] values);
    }

    sealed interface Node permits Constant, Name, Operation {}

    record Constant(long value) implements Node {}

    record Name(String name) implements Node {}

    record Operation(Operator operator, List<Node> operands) implements Node {}

    /** What can be done with operands; all but {@code MIN} and {@code MAX} have a fixed number of them. */
    enum Operator {
        OR, AND, EQ, NE, LT, LE, GT, GE, ADD, SUB, MUL, DIV, REM, NEGATE, NOT, MIN, MAX, CEIL_DIV, SELECT;

        long apply(long a, long b) {
            return switch (this) {
                case OR -> truth(a != 0 || b != 0);
                case AND -> truth(a != 0 && b != 0);
                case EQ -> truth(a == b);
                case NE -> truth(a != b);
                case LT -> truth(a < b);
                case LE -> truth(a <= b);
                case GT -> truth(a > b);
                case GE -> truth(a >= b);
                case ADD -> Math.addExact(a, b);
                case SUB -> Math.subtractExact(a, b);
                case MUL -> Math.multiplyExact(a, b);
                case DIV -> Math.divideExact(a, divisor(b));
                case REM -> a % divisor(b);
                case NEGATE -> Math.negateExact(a);
                case NOT -> truth(a == 0);
                case MIN -> Math.min(a, b);
                case MAX -> Math.max(a, b);
                case CEIL_DIV -> Math.ceilDivExact(a, divisor(b));
                case SELECT -> throw new IllegalStateException("select has three operands");
            };
        }

        /** Returns whether the left operand alone decides, so that the right one is not evaluated. */
        boolean isDecidedBy(long left) {
            return this == OR ? left != 0 : this == AND && left == 0;
        }

        private static long truth(boolean condition) {
            return condition ? 1 : 0;
        }

        /** The exception that a division itself throws has no message once HotSpot has seen it often. */
        private static long divisor(long value) {
            if (value == 0) {
                throw new ArithmeticException("/ by zero");
            }
            return value;
        }
    }

    private static long evaluate(Node node, ToLongFunction<String> values) {
        return switch (node) {
            case Constant(long value) -> value;
            case Name(String name) -> values.applyAsLong(name);
            case Operation(Operator operator, List<Node> operands) when operator == Operator.SELECT ->
                evaluate(operands.get(evaluate(operands.get(0), values) != 0 ? 1 : 2), values);
            case Operation(Operator operator, List<Node> operands) -> {
                long result = evaluate(operands.get(0), values);
                if (operands.size() == 1) {
                    result = unary(operator, result);
                }
                for (int i = 1; i < operands.size(); i++) {
                    result = operator.apply(result,
                            operator.isDecidedBy(result) ? 0 : evaluate(operands.get(i), values));
                }
                yield result;
            }
        };
    }

    private static long unary(Operator operator, long value) {
        return operator == Operator.MIN || operator == Operator.MAX ? value : operator.apply(value, 0);
    }

    private static Compiled compile(Node node, List<String> order) {
        return switch (node) {
            case Constant(long value) -> values -> value;
            case Name(String name) -> {
                int index = order.indexOf(name);
                yield values -> values[index];
            }
            case Operation(Operator operator, List<Node> operands) ->
                compile(operator, operands.stream().map(operand -> compile(operand, order)).toList());
        };
    }

    private static Compiled compile(Operator operator, List<Compiled> operands) {
        Compiled first = operands.get(0);
        if (operator == Operator.SELECT) {
            Compiled yes = operands.get(1);
            Compiled no = operands.get(2);
            return values -> first.evaluate(values) != 0 ? yes.evaluate(values) : no.evaluate(values);
        }
        if (operands.size() == 1) {
            return values -> unary(operator, first.evaluate(values));
        }
        Compiled result = first;
        for (Compiled right : operands.subList(1, operands.size())) {
            Compiled left = result;
            result = values -> {
                long value = left.evaluate(values);
                return operator.apply(value, operator.isDecidedBy(value) ? 0 : right.evaluate(values));
            };
        }
        return result;
    }
}
