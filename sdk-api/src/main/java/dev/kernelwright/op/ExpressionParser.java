package dev.kernelwright.op;

import dev.kernelwright.op.Expression.Constant;
import dev.kernelwright.op.Expression.Name;
import dev.kernelwright.op.Expression.Node;
import dev.kernelwright.op.Expression.Operation;
import dev.kernelwright.op.Expression.Operator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A recursive-descent parser of {@link Expression}. */
final class ExpressionParser {
    /** Deeper nesting is refused, so that hostile text cannot overflow the stack. */
    private static final int MAX_DEPTH = 64;
    private static final int MAX_CHARS = 2_000;

    /** Binary operators, loosest level first; within a level the longer spelling comes first. */
    private static final List<Map<String, Operator>> LEVELS = List.of(
            Map.of("||", Operator.OR),
            Map.of("&&", Operator.AND),
            ordered("==", Operator.EQ, "!=", Operator.NE, "<=", Operator.LE, ">=", Operator.GE, "<", Operator.LT, ">",
                    Operator.GT),
            ordered("+", Operator.ADD, "-", Operator.SUB),
            ordered("*", Operator.MUL, "/", Operator.DIV, "%", Operator.REM));

    private final String text;
    private final Set<String> names = new LinkedHashSet<>();
    private int position;
    private int depth;

    ExpressionParser(String text) {
        this.text = text;
    }

    Expression parse() {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException("an expression of " + text.length() + " characters was given: at most "
                    + MAX_CHARS + " are allowed");
        }
        Node root = binary(0);
        skipSpace();
        if (position != text.length()) {
            throw error("an operator or the end");
        }
        return new Expression(text, Set.copyOf(names), root);
    }

    private Node binary(int level) {
        if (level == LEVELS.size()) {
            return unary();
        }
        Node left = binary(level + 1);
        while (true) {
            Operator operator = acceptAny(LEVELS.get(level));
            if (operator == null) {
                return left;
            }
            left = new Operation(operator, List.of(left, binary(level + 1)));
        }
    }

    private Node unary() {
        if (++depth > MAX_DEPTH) {
            throw new IllegalArgumentException("the expression '" + text + "' nests deeper than " + MAX_DEPTH
                    + " levels: write it flatter");
        }
        try {
            if (accept("-")) {
                return new Operation(Operator.NEGATE, List.of(unary()));
            }
            if (accept("!")) {
                return new Operation(Operator.NOT, List.of(unary()));
            }
            if (accept("(")) {
                Node inner = binary(0);
                expect(")");
                return inner;
            }
            return primary();
        } finally {
            depth--;
        }
    }

    private Node primary() {
        skipSpace();
        int start = position;
        while (position < text.length() && isNamePart(text.charAt(position))) {
            position++;
        }
        String word = text.substring(start, position);
        if (word.isEmpty()) {
            throw error("a number, a name or '('");
        }
        if (Character.isDigit(word.charAt(0))) {
            try {
                return new Constant(Long.parseLong(word));
            } catch (NumberFormatException e) {
                position = start;
                throw error("a whole number of at most 63 bits");
            }
        }
        if (accept("(")) {
            return function(word);
        }
        names.add(word);
        return new Name(word);
    }

    private Node function(String name) {
        List<Node> operands = new ArrayList<>();
        do {
            operands.add(binary(0));
        } while (accept(","));
        expect(")");
        int count = operands.size();
        return switch (name) {
            case "min" -> new Operation(Operator.MIN, List.copyOf(operands));
            case "max" -> new Operation(Operator.MAX, List.copyOf(operands));
            case "ceil_div" -> new Operation(Operator.CEIL_DIV, exactly(2, name, count, operands));
            case "select" -> new Operation(Operator.SELECT, exactly(3, name, count, operands));
            default -> throw new IllegalArgumentException("the expression '" + text + "' calls '" + name
                    + "', which does not exist: use min, max, ceil_div or select");
        };
    }

    private List<Node> exactly(int wanted, String name, int found, List<Node> operands) {
        if (found != wanted) {
            throw new IllegalArgumentException("the expression '" + text + "' gives " + name + " " + found
                    + " operands: it takes " + wanted);
        }
        return List.copyOf(operands);
    }

    private @Nullable Operator acceptAny(Map<String, Operator> operators) {
        for (Map.Entry<String, Operator> entry : operators.entrySet()) {
            if (accept(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }

    private boolean accept(String token) {
        skipSpace();
        if (text.startsWith(token, position)) {
            position += token.length();
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!accept(token)) {
            throw error("'" + token + "'");
        }
    }

    private void skipSpace() {
        while (position < text.length() && text.charAt(position) == ' ') {
            position++;
        }
    }

    private IllegalArgumentException error(String wanted) {
        return new IllegalArgumentException("the expression '" + text + "' needs " + wanted + " at character "
                + (position + 1));
    }

    private static boolean isNamePart(char c) {
        return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static Map<String, Operator> ordered(Object... pairs) {
        Map<String, Operator> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], (Operator) pairs[i + 1]);
        }
        return map;
    }
}
