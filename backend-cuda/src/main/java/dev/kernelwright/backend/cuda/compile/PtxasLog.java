package dev.kernelwright.backend.cuda.compile;

import dev.kernelwright.spi.KernelResources;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What ptxas says with {@code -v}: one group of lines for each kernel, with lines of the functions it calls. */
final class PtxasLog {
    /** The four kinds of lines that matter; the groups of the others are null. */
    private static final Pattern LINE = Pattern.compile("Compiling entry function '(?<entry>[^']+)' for"
            + "|Function properties for (?<function>\\S+)"
            + "|(?<stack>\\d+) bytes stack frame, (?<stores>\\d+) bytes spill stores, (?<loads>\\d+) bytes spill loads"
            + "|Used (?<registers>\\d+) registers(?<rest>.*)");
    private static final Pattern SHARED = Pattern.compile("(\\d+) bytes smem");

    private PtxasLog() {}

    /** Returns the resources of each kernel in a log; none for a log without such lines. */
    static List<KernelResources> kernels(String log) {
        List<KernelResources> kernels = new ArrayList<>();
        String entry = "";
        String function = "";
        int stack = 0;
        int stores = 0;
        int loads = 0;
        Matcher line = LINE.matcher(log);
        while (line.find()) {
            if (line.group("entry") != null) {
                entry = line.group("entry");
                stack = 0;
                stores = 0;
                loads = 0;
            } else if (line.group("function") != null) {
                function = line.group("function");
            } else if (line.group("stack") != null && function.equals(entry)) {
                stack = Integer.parseInt(line.group("stack"));
                stores = Integer.parseInt(line.group("stores"));
                loads = Integer.parseInt(line.group("loads"));
            } else if (line.group("registers") != null && !entry.isEmpty()) {
                kernels.add(new KernelResources(entry, Integer.parseInt(line.group("registers")), stores + loads, stack,
                        sum(SHARED, line.group("rest"))));
                entry = "";
            }
        }
        return kernels;
    }

    private static int sum(Pattern pattern, String line) {
        return pattern.matcher(line).results().mapToInt(result -> Integer.parseInt(result.group(1))).sum();
    }
}
