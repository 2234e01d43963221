package dev.kernelwright.backend.cpu;

import dev.kernelwright.spi.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import jdk.incubator.vector.FloatVector;

/**
 * What this machine's processor is: its model, its vector unit and its caches.
 *
 * @param model the vendor's name, or the architecture's where the system does not tell
 * @param features the instruction set extensions that kernels may profit from, sorted
 * @param vectorBits the width of the vectors that the JVM prefers
 * @param cores the processors available to the JVM
 * @param caches the sizes of the data caches by level, as the system writes them
 */
record Processor(String model, String features, int vectorBits, int cores, Map<String, String> caches) {
    /** On x86 and on Arm, respectively: the extensions that change which instructions C2 emits for kernels. */
    private static final Pattern RELEVANT = Pattern.compile("avx.*|fma|f16c|bmi2|amx.*|asimd.*|sve.*|bf16|i8mm");

    static Processor current() {
        Map<String, String> cpuInfo = cpuInfo();
        TreeSet<String> features = new TreeSet<>();
        for (String flag : (cpuInfo.getOrDefault("flags", "") + " " + cpuInfo.getOrDefault("Features", "")).split(" ",
                -1)) {
            if (RELEVANT.matcher(flag).matches()) {
                features.add(flag);
            }
        }
        return new Processor(cpuInfo.getOrDefault("model name", System.getProperty("os.arch")).strip(),
                String.join(" ", features), FloatVector.SPECIES_PREFERRED.vectorBitSize(),
                Runtime.getRuntime().availableProcessors(), readCaches());
    }

    Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("arch", System.getProperty("os.arch"));
        facts.put("cores", Integer.toString(cores));
        facts.put("vector_bits", Integer.toString(vectorBits));
        facts.put("features", features);
        facts.putAll(caches);
        facts.put("java", System.getProperty("java.vm.version"));
        return facts;
    }

    /**
     * The target of kernels for this processor.
     *
     * <p>The number of threads is part of it, since it decides which grid is best. A class runs on a later Java
     * release; what it was compiled by is recorded in full, and another build of the same release is taken for equal.
     */
    Target target(int threads) {
        return new Target(List.of(Target.exact("backend", CpuBackendProvider.NAME),
                Target.exact("arch", System.getProperty("os.arch")), Target.exact("cpu", model),
                Target.exact("features", features), Target.exact("vector_bits", Integer.toString(vectorBits)),
                Target.exact("threads", Integer.toString(threads)),
                Target.atLeast("java", Integer.toString(Runtime.version().feature())),
                Target.ignored("java_build", System.getProperty("java.vm.version")),
                Target.ignored("caches", caches.toString()),
                Target.ignored("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))));
    }

    /** The first processor's block of Linux's list; empty on other systems. */
    private static Map<String, String> cpuInfo() {
        Map<String, String> info = new LinkedHashMap<>();
        for (String line : read(Path.of("/proc/cpuinfo"))) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                break;
            }
            info.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
        return info;
    }

    private static Map<String, String> readCaches() {
        Map<String, String> caches = new LinkedHashMap<>();
        for (int index = 0; index < 8; index++) {
            Path folder = Path.of("/sys/devices/system/cpu/cpu0/cache/index" + index);
            List<String> type = read(folder.resolve("type"));
            if (type.isEmpty()) {
                break;
            }
            if (!type.getFirst().equals("Instruction")) {
                caches.put("l" + String.join("", read(folder.resolve("level"))) + "_cache",
                        String.join("", read(folder.resolve("size"))));
            }
        }
        return caches;
    }

    /** The lines of a small file, or none where it cannot be read: the facts are then unknown, which is no error. */
    private static List<String> read(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            return List.of();
        }
    }
}
