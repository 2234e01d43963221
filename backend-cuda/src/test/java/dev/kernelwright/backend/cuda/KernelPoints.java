package dev.kernelwright.backend.cuda;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.KernelTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Points of a template's search space, the same at every call. */
final class KernelPoints {
    private static final int ATTEMPTS_PER_POINT = 40;

    private KernelPoints() {}

    /** Returns the default point and up to so many others that are admitted. */
    static List<Map<String, Long>> some(KernelTemplate template, KernelSignature signature, int others) {
        Set<Map<String, Long>> points = new LinkedHashSet<>();
        points.add(template.defaultPoint());
        SplittableRandom random = new SplittableRandom(signature.toString().hashCode());
        for (int attempt = 0; attempt < ATTEMPTS_PER_POINT * others && points.size() <= others; attempt++) {
            Map<String, Long> point = new LinkedHashMap<>();
            template.parameters().forEach((name, values) -> point.put(name, values.get(random.nextInt(values.size()))));
            if (template.admits(point, signature)) {
                points.add(point);
            }
        }
        return new ArrayList<>(points);
    }
}
