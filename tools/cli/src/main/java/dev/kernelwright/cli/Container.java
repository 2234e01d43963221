package dev.kernelwright.cli;

import dev.kernelwright.cli.output.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a container or the JVM allows of the machine: processors and memory. */
final class Container {
    /** Linux' control groups, version 2. Elsewhere nothing is there, and there is nothing to say. */
    private static final Path CONTROL_GROUP = Path.of("/sys/fs/cgroup");

    private Container() {}

    static List<Finding> findings() {
        return findings(CONTROL_GROUP, Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory());
    }

    static List<Finding> findings(Path controlGroup, int processors, long heapBytes) {
        List<Finding> findings = new ArrayList<>();
        findings.add(processors(controlGroup, processors));
        String limit = read(controlGroup.resolve("memory.max")).filter(text -> text.matches("[0-9]{1,18}"))
                .map(text -> ", the container's limit is " + Figures.bytes(Long.parseLong(text))).orElse("");
        findings.add(Finding.ok("memory", "the Java heap may take " + Figures.bytes(heapBytes) + limit));
        return findings;
    }

    /** A share of processor time that is not whole stops every thread for a while again and again. */
    private static Finding processors(Path controlGroup, int processors) {
        String found = processors + (processors == 1 ? " processor" : " processors");
        String[] quota = read(controlGroup.resolve("cpu.max")).orElse("max").split(" ", -1);
        if (quota.length == 2 && quota[0].matches("[0-9]{1,12}") && quota[1].matches("[1-9][0-9]{0,11}")) {
            double share = Double.parseDouble(quota[0]) / Double.parseDouble(quota[1]);
            found += ", the container's share is " + Figures.digits(share);
            if (share < processors) {
                return Finding.warn("threads", found, "give the container whole processors, or times are measured while"
                        + " it is being throttled");
            }
        }
        return Finding.ok("threads", found);
    }

    private static Optional<String> read(Path file) {
        try {
            return Files.isReadable(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
