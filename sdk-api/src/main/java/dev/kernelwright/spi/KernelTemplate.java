package dev.kernelwright.spi;

import dev.kernelwright.op.AxisRange;
import dev.kernelwright.op.Expression;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A family of kernels in one source file: the code, its search space and its launch plan.
 *
 * <p>The file is valid source in its own language. Lines of comment beginning with {@code // @} hold the data:
 *
 * <pre>{@code
 * // @parameter UNROLL 1 2 4 8
 * // @require UNROLL * 16 <= cols
 * // @step run grid=ceil_div(rows,ROWS_PER_BLOCK)
 * // @workspace 0
 * }</pre>
 *
 * <p>A {@code @step} may also give {@code block=}, {@code shared=}, {@code cluster=} and {@code cooperative=1};
 * dimensions are separated by {@code ;}, and an expression holds no spaces there. A
 * {@code @tensor_map x dims=cols;rows box=64;8 swizzle=128} is a {@link LaunchPlan.TensorMap}. {@link #expand} replaces the
 * value of each constant that is named like a parameter, like an axis or an attribute in capitals, or like a dtype in
 * capitals, which is 1 for the workload's and 0 for the others; a constant is declared as
 * {@code static final int NAME = 4;} (or {@code float}, {@code double}, {@code boolean}), or as {@code #define NAME 4}.
 * Expressions know the dtypes by the same names, {@code select(F32, 4, 8)}.
 * An axis that is a range becomes 0, and the code then takes its value from the arguments.
 *
 * @param language the source language
 * @param text the file
 * @param parameters the search space: the values of each parameter, the first being the default
 * @param constraints what must hold of parameters, attributes and the largest axes
 * @param plan the launch plan, over axes, attributes and parameters
 */
public record KernelTemplate(String language, String text, Map<String, List<Long>> parameters,
        List<Expression> constraints, LaunchPlan plan) {
    private static final Pattern DIRECTIVE = Pattern.compile("^ *// @(\\w+) *(.*?) *$", Pattern.MULTILINE);
    private static final Pattern CONSTANT = Pattern.compile(
            "(static final (int|long|float|double|boolean) |#define )([A-Z][A-Z0-9_]*)( = [^;\\n]+;| +\\S+)");

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException if a directive is malformed or there is no {@code @step}
     */
    public static KernelTemplate parse(String language, String text) {
        Map<String, List<Long>> parameters = new LinkedHashMap<>();
        List<Expression> constraints = new ArrayList<>();
        List<LaunchPlan.Step> steps = new ArrayList<>();
        List<LaunchPlan.TensorMap> tensorMaps = new ArrayList<>();
        Expression workspace = Expression.constant(0);
        Matcher matcher = DIRECTIVE.matcher(text);
        while (matcher.find()) {
            String body = matcher.group(2);
            try {
                if (body.isEmpty()) {
                    throw new IllegalArgumentException("it says nothing");
                }
                switch (matcher.group(1)) {
                    case "parameter" -> {
                        List<String> words = List.of(body.split(" +", -1));
                        List<Long> values = words.subList(1, words.size()).stream().map(Long::valueOf).toList();
                        if (values.isEmpty() || parameters.put(words.getFirst(), values) != null) {
                            throw new IllegalArgumentException("name each parameter once, with at least one value");
                        }
                    }
                    case "require" -> constraints.add(Expression.parse(body));
                    case "step" -> steps.add(parseStep(body));
                    case "workspace" -> workspace = Expression.parse(body);
                    case "tensor_map" -> tensorMaps.add(parseTensorMap(body));
                    default -> throw new IllegalArgumentException(
                            "use parameter, require, step, workspace or tensor_map");
                }
            } catch (IllegalArgumentException e) {
                String reason = e instanceof NumberFormatException ? "values are whole numbers" : e.getMessage();
                throw new IllegalArgumentException("the template's line '" + matcher.group().strip()
                        + "' is malformed: " + reason, e);
            }
        }
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("a template without a launch was given: add a line such as"
                    + " '// @step run grid=ceil_div(rows,4)'");
        }
        return new KernelTemplate(language, text, parameters, constraints,
                new LaunchPlan(steps, workspace, tensorMaps));
    }

    private static LaunchPlan.Step parseStep(String body) {
        Settings settings = new Settings(body, Set.of("grid", "block", "shared", "cluster", "cooperative"));
        return new LaunchPlan.Step(settings.name, settings.list("grid"), settings.list("block"),
                settings.one("shared"), settings.list("cluster"), settings.isOn("cooperative"));
    }

    private static LaunchPlan.TensorMap parseTensorMap(String body) {
        Settings settings = new Settings(body, Set.of("dims", "box", "swizzle"));
        return new LaunchPlan.TensorMap(settings.name, settings.list("dims"), settings.list("box"),
                settings.one("swizzle"));
    }

    /** A directive that is a name followed by {@code setting=value;value...}, without spaces in a value. */
    private static final class Settings {
        final String name;
        private final Map<String, List<Expression>> values = new HashMap<>();

        Settings(String body, Set<String> known) {
            String[] words = body.split(" +", -1);
            name = words[0];
            for (int i = 1; i < words.length; i++) {
                String[] setting = words[i].split("=", 2);
                if (setting.length < 2 || !known.contains(setting[0])) {
                    throw new IllegalArgumentException("use " + String.join("=, ", new TreeSet<>(known))
                            + "=, and no spaces in an expression");
                }
                values.put(setting[0],
                        Arrays.stream(setting[1].split(";", -1)).map(Expression::parse).toList());
            }
        }

        List<Expression> list(String setting) {
            return values.getOrDefault(setting, List.of());
        }

        Expression one(String setting) {
            List<Expression> list = list(setting);
            return list.isEmpty() ? Expression.constant(0) : list.getFirst();
        }

        boolean isOn(String setting) {
            return switch (one(setting).toString()) {
                case "0" -> false;
                case "1" -> true;
                default -> throw new IllegalArgumentException(setting + " is 0 or 1");
            };
        }
    }

    /** Returns the number of points of the search space, constraints not counted. */
    public long pointCount() {
        return parameters.values().stream().mapToLong(List::size).reduce(1, (a, b) -> a * b);
    }

    /** Returns the point of the search space at which each parameter has the first of its values. */
    public Map<String, Long> defaultPoint() {
        Map<String, Long> point = new LinkedHashMap<>();
        parameters.forEach((name, values) -> point.put(name, values.getFirst()));
        return point;
    }

    /** Returns whether a point of the search space satisfies the constraints for a workload. */
    public boolean admits(Map<String, Long> point, KernelSignature signature) {
        Map<String, Long> values = knownValues(signature);
        signature.axes().forEach(axis -> values.put(axis.name(), axis.max()));
        values.putAll(point);
        try {
            return constraints.stream().allMatch(constraint -> constraint.evaluate(name -> {
                Long value = values.get(name);
                if (value == null) {
                    throw new IllegalArgumentException("the template's constraint '" + constraint + "' uses '" + name
                            + "', but " + signature.op() + " and the template have " + values.keySet());
                }
                return value;
            }) != 0);
        } catch (ArithmeticException e) {
            return false;
        }
    }

    /**
     * Returns the kernel at a point of the search space.
     *
     * @param point the value of each parameter
     */
    public KernelSource expand(Map<String, Long> point, KernelSignature signature) {
        Map<String, Number> constants = new HashMap<>();
        signature.attributes().forEach((name, value) -> constants.put(name.toUpperCase(Locale.ROOT), value));
        constants.putAll(dtypeValues(signature));
        for (AxisRange axis : signature.axes()) {
            constants.put(axis.name().toUpperCase(Locale.ROOT), axis.isFixed() ? axis.min() : 0L);
        }
        constants.putAll(point);
        String expanded = CONSTANT.matcher(text).replaceAll(match -> {
            Number value = constants.get(match.group(3));
            return Matcher.quoteReplacement(value == null
                    ? match.group()
                    : match.group(2) == null
                            ? match.group(1) + match.group(3) + " " + literal("define", value)
                            : match.group(1) + match.group(3) + " = " + literal(match.group(2), value) + ";");
        });
        Map<String, Long> planValues = knownValues(signature);
        planValues.putAll(point);
        return new KernelSource(language, expanded, plan.bind(planValues), point);
    }

    /** 1 for the workload's dtype and 0 for the others, by their names in capitals. */
    private static Map<String, Long> dtypeValues(KernelSignature signature) {
        Map<String, Long> values = new HashMap<>();
        for (DType dtype : DType.values()) {
            values.put(dtype.id().toUpperCase(Locale.ROOT), dtype == signature.dtype() ? 1L : 0L);
        }
        return values;
    }

    /** What can stand in an expression beside axes and parameters: the whole attributes, and the dtypes. */
    private static Map<String, Long> knownValues(KernelSignature signature) {
        Map<String, Long> values = dtypeValues(signature);
        signature.attributes().forEach((name, value) -> {
            if (KernelSignature.isWhole(value)) {
                values.put(name, value.longValue());
            }
        });
        return values;
    }

    private static String literal(String type, Number value) {
        return switch (type) {
            case "int" -> Integer.toString(Math.toIntExact(value.longValue()));
            case "long" -> value.longValue() + "L";
            case "float" -> (float) value.doubleValue() + "f";
            case "double" -> Double.toString(value.doubleValue());
            case "boolean" -> Boolean.toString(value.doubleValue() != 0);
            default -> value instanceof Double d ? KernelSignature.formatAttribute(d) : value.toString();
        };
    }
}
