package dev.kernelwright.tuning;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The points of a template's parameter space that its constraints admit for a workload.
 *
 * <p>A point is a list of positions, one for each parameter in order, in the parameter's values sorted by size: so the
 * neighbours of a value are the next smaller and the next larger one, in whatever order the template lists them.
 */
final class ParameterSpace {
    private final KernelTemplate template;
    private final KernelSignature signature;
    private final List<String> names;
    private final List<List<Long>> values;
    private final List<Integer> defaultPoint = new ArrayList<>();

    ParameterSpace(KernelTemplate template, KernelSignature signature) {
        this.template = template;
        this.signature = signature;
        this.names = List.copyOf(template.parameters().keySet());
        this.values = template.parameters().values().stream().map(list -> list.stream().distinct().sorted().toList())
                .toList();
        for (List<Long> listed : template.parameters().values()) {
            defaultPoint.add(values.get(defaultPoint.size()).indexOf(listed.getFirst()));
        }
    }

    /** Returns the number of points, constraints not counted; {@link Long#MAX_VALUE} if they are too many to count. */
    long size() {
        long size = 1;
        for (List<Long> each : values) {
            if (size > Long.MAX_VALUE / each.size()) {
                return Long.MAX_VALUE;
            }
            size *= each.size();
        }
        return size;
    }

    /** Returns the point at a position in the order of counting, admitted or not. */
    List<Integer> point(long position) {
        Integer[] point = new Integer[names.size()];
        long rest = position;
        for (int i = names.size() - 1; i >= 0; i--) {
            point[i] = (int) (rest % values.get(i).size());
            rest /= values.get(i).size();
        }
        return List.of(point);
    }

    /** Returns the point of the template's defaults, admitted or not. */
    List<Integer> defaultPoint() {
        return List.copyOf(defaultPoint);
    }

    /** Returns a point, admitted or not, each with the same probability. */
    List<Integer> randomPoint(RandomGenerator random) {
        return values.stream().map(each -> random.nextInt(each.size())).toList();
    }

    /** Returns the points that differ in one parameter, by one place up or down, admitted or not. */
    List<List<Integer>> neighbours(List<Integer> point) {
        List<List<Integer>> neighbours = new ArrayList<>();
        for (int i = 0; i < point.size(); i++) {
            for (int place : new int[]{point.get(i) - 1, point.get(i) + 1}) {
                if (place >= 0 && place < values.get(i).size()) {
                    Integer[] neighbour = point.toArray(Integer[]::new);
                    neighbour[i] = place;
                    neighbours.add(Arrays.asList(neighbour));
                }
            }
        }
        return neighbours;
    }

    /** Returns whether the template's constraints hold at a point. */
    boolean admits(List<Integer> point) {
        return template.admits(parameters(point), signature);
    }

    /** Returns the value of each parameter at a point. */
    Map<String, Long> parameters(List<Integer> point) {
        Map<String, Long> parameters = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            parameters.put(names.get(i), values.get(i).get(point.get(i)));
        }
        return parameters;
    }
}
