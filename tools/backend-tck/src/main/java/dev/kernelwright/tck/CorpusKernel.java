package dev.kernelwright.tck;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A kernel of a corpus: a template file that begins with lines such as {@code // workload: gelu(n=4096)}.
 *
 * <p>An attack has lines {@code attack} (its name in the catalogue), {@code workload}, {@code expects} (a reason
 * code, or several with {@code or} between) and {@code tries}; an honest kernel has {@code honest} (what it does) and
 * {@code workload}. In both, the plan follows in {@code // @step} lines, so that {@code kernelwright check --workload ...
 * FILE} judges the same file.
 *
 * @param file the file's name
 * @param header the lines' values by their names
 * @param text the whole file
 */
record CorpusKernel(String file, Map<String, String> header, String text) {
    private static final Pattern LINE = Pattern.compile("^// (attack|honest|workload|expects|tries): (.+)$",
            Pattern.MULTILINE);

    CorpusKernel {
        header = Map.copyOf(header);
    }

    /** Reads the files of a folder, in the order of their names. */
    static List<CorpusKernel> readAll(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().map(CorpusKernel::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the corpus " + folder + " cannot be read", e);
        }
    }

    private static CorpusKernel read(Path file) {
        try {
            String text = Files.readString(file);
            Map<String, String> header = new HashMap<>();
            Matcher matcher = LINE.matcher(text);
            while (matcher.find()) {
                header.put(matcher.group(1), matcher.group(2).strip());
            }
            return new CorpusKernel(file.getFileName().toString(), header, text);
        } catch (IOException e) {
            throw new UncheckedIOException("the kernel " + file + " cannot be read", e);
        }
    }

    /** Returns the first of the kernels of each op, by the op's name. */
    static SortedMap<String, CorpusKernel> firstOfEachOp(List<CorpusKernel> kernels) {
        SortedMap<String, CorpusKernel> first = new TreeMap<>();
        kernels.forEach(kernel -> first.putIfAbsent(kernel.workload().op().name(), kernel));
        return first;
    }

    /** Returns the value of a line. */
    String get(String name) {
        String value = header.get(name);
        if (value == null) {
            throw new IllegalArgumentException(file + " has no line '// " + name + ": ...': add one");
        }
        return value;
    }

    /** Returns the reasons that the attack may be rejected for: several where compilers or devices differ. */
    Set<String> expected() {
        return Set.of(get("expects").split(" or "));
    }

    Attack attack() {
        return Attack.valueOf(get("attack"));
    }

    Workload workload() {
        return StandardOps.catalog().parse(get("workload"), DType.F32);
    }

    /** Returns the kernel at the default point of its search space. */
    KernelSource source(String language) {
        KernelTemplate template = KernelTemplate.parse(language, text);
        return template.expand(template.defaultPoint(), workload().signature());
    }

    @Override
    public String toString() {
        return file;
    }
}
