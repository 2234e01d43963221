package dev.kernelwright.tck;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Chooses points of a template's search space to be tested, the same at every call. */
public final class TemplatePoints {
    private static final int DRAWS = 1000;

    private TemplatePoints() {}

    /**
     * Returns the default point, and random admitted ones, as few as will do, that together have every value that any of
     * those drawn has.
     */
    public static List<Map<String, Long>> covering(KernelTemplate template, KernelSignature signature) {
        SplittableRandom random = new SplittableRandom(signature.toString().hashCode());
        List<Map<String, Long>> drawn = new ArrayList<>();
        for (int draw = 0; draw < DRAWS; draw++) {
            Map<String, Long> point = new LinkedHashMap<>();
            template.parameters().forEach((name, values) -> point.put(name, values.get(random.nextInt(values.size()))));
            if (template.admits(point, signature)) {
                drawn.add(point);
            }
        }
        List<Map<String, Long>> points = new ArrayList<>(List.of(template.defaultPoint()));
        Set<Map.Entry<String, Long>> covered = new HashSet<>(Map.copyOf(template.defaultPoint()).entrySet());
        drawn.sort(Comparator.comparingLong(point -> uncovered(point, covered)));
        while (!drawn.isEmpty() && uncovered(drawn.getLast(), covered) > 0) {
            points.add(drawn.getLast());
            covered.addAll(Map.copyOf(drawn.getLast()).entrySet());
            drawn.sort(Comparator.comparingLong(point -> uncovered(point, covered)));
        }
        return points;
    }

    private static long uncovered(Map<String, Long> point, Set<Map.Entry<String, Long>> covered) {
        return point.entrySet().stream().filter(entry -> !covered.contains(entry)).count();
    }
}
