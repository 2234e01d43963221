package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bindings of the driver against {@code cuda.h}, where a toolkit is installed. */
class CudaHeaderTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/kernelwright/backend/cuda/ffi");

    @Test
    void everyFunctionHasTheTypesOfTheHeader() throws IOException {
        CHeader header = CHeader.read("cuda.h");
        assertThat(Arrays.stream(DriverFunction.values())
                .flatMap(f -> HeaderComparison.differences(f.symbol(), f.descriptor(), header).stream())).isEmpty();
    }

    /** {@code cudaTypedefs.h} names each prototype with the version that brought it. */
    @Test
    void everyFunctionIsAskedForInAVersionThatHasItsPrototype() throws IOException {
        String typedefs = CHeader.read("cudaTypedefs.h").text();
        assertThat(DriverFunction.values()).allSatisfy(f -> assertThat(typedefs).as(f.symbol())
                .contains("*PFN_" + f.plainName() + "_v" + f.cudaVersion() + ")("));
        assertThat(DriverFunction.values()).allSatisfy(f -> assertThat(f.cudaVersion()).as(f.symbol())
                .isLessThanOrEqualTo(CudaDriver.MIN_VERSION));
    }

    @Test
    void theCommentAboveEachFunctionIsItsPrototype() throws IOException {
        CHeader header = CHeader.read("cuda.h");
        String source = Files.readString(SOURCES.resolve("DriverFunction.java")).replaceAll("\n +// {9}", " ");
        Matcher comment = Pattern.compile("// (CUresult (\\w+)\\([^)]*\\))\n").matcher(source);
        Set<String> seen = new TreeSet<>();
        while (comment.find()) {
            seen.add(comment.group(2));
            assertThat(new CHeader(comment.group(1) + ";").prototype(comment.group(2)))
                    .isEqualTo(header.prototype(comment.group(2)));
        }
        assertThat(seen).isEqualTo(symbols());
    }

    @Test
    void everyConstantHasTheValueOfTheHeader() throws IOException, IllegalAccessException {
        assertThat(HeaderComparison.differences(CudaConstants.class, false, CHeader.read("cuda.h"))).isEmpty();
    }

    @Test
    void everyStructIsLaidOutAsACompilerLaysItOut(@TempDir Path folder)
            throws IOException, InterruptedException, IllegalAccessException {
        assertThat(differences(structs(), folder)).isEmpty();
    }

    /** The comparisons above are worth something only if they can fail. */
    @Test
    void aDifferenceIsFoundWhereThereIsOne(@TempDir Path folder)
            throws IOException, InterruptedException, IllegalAccessException {
        CHeader header = CHeader.read("cuda.h");
        assertThat(HeaderComparison.differences("cuStreamQuery", FunctionDescriptor.of(CTypes.INT, CTypes.INT), header))
                .singleElement().asString().contains("parameter 0 of cuStreamQuery is a CUstream");
        assertThat(HeaderComparison.differences("cuStreamQuery", FunctionDescriptor.of(CTypes.INT), header))
                .singleElement().asString().contains("takes [CUstream]");
        assertThat(HeaderComparison.differences("cuStreamQuery", FunctionDescriptor.of(CTypes.LONG, CTypes.HANDLE),
                header)).singleElement().asString().contains("returns CUresult");
        assertThat(HeaderComparison.differences("cuMemAlloc_v2",
                FunctionDescriptor.of(CTypes.INT, CTypes.POINTER, CTypes.HANDLE), header)).hasSize(1);
        assertThat(HeaderComparison.differences("cuStreamQwery", FunctionDescriptor.of(CTypes.INT), header)).hasSize(1);
        assertThat(HeaderComparison.differences(Drifted.class, false, header)).containsExactly(
                "CU_STREAM_NON_BLOCKING is 1 in the header, but 2 here", "CU_NONE is null in the header, but 0 here");
        GroupLayout drifted =
                MemoryLayout.structLayout(CTypes.INT.withName("gridDimY"), CTypes.INT.withName("gridDimX"))
                        .withName("CUlaunchConfig");
        assertThat(differences(List.of(drifted), folder)).hasSize(3);
    }

    @SuppressWarnings("unused") // read by their names
    private static final class Drifted {
        static final int CU_STREAM_NON_BLOCKING = 2;
        static final int CU_NONE = 0;
    }

    /** The header says of some errors that a process must end, or its context, or that its client has been ended. */
    @Test
    void stickyErrorsAreThoseThatTheHeaderCallsSo() throws IOException {
        String header = CHeader.read("cuda.h").text();
        Matcher error =
                Pattern.compile("/\\*\\*((?:(?!\\*/).)*?)\\*/\\s*CUDA_ERROR_\\w+\\s*=\\s*(\\d+)", Pattern.DOTALL)
                        .matcher(header);
        Set<Integer> expected = new TreeSet<>();
        Set<Integer> all = new TreeSet<>();
        while (error.find()) {
            all.add(Integer.parseInt(error.group(2)));
            if (Pattern.compile("terminated|cannot be used anymore").matcher(error.group(1)).find()) {
                expected.add(Integer.parseInt(error.group(2)));
            }
        }
        assertThat(all).hasSizeGreaterThan(90);
        assertThat(all.stream().filter(code -> CudaException.ofDriver("f", code, "n", "t").isSticky())
                .collect(Collectors.toSet())).isEqualTo(expected);
    }

    @Test
    void theIncludeListNamesWhatIsBoundAndNothingElse() throws IOException, IllegalAccessException {
        Map<String, Set<String>> listed = new LinkedHashMap<>();
        try (var list = CudaDriver.class.getResourceAsStream("cuda-includes.txt")) {
            new String(list.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.startsWith("--include-"))
                    .map(line -> line.split(" ")).forEach(parts -> listed.computeIfAbsent(
                            parts[0].substring("--include-".length()), kind -> new TreeSet<>()).add(parts[1]));
        }
        Set<String> functions = new TreeSet<>(symbols());
        Arrays.stream(NvrtcFunction.values()).map(NvrtcFunction::symbol).forEach(functions::add);
        Arrays.stream(NvmlFunction.values()).map(NvmlFunction::symbol).forEach(functions::add);
        assertThat(listed.get("function")).isEqualTo(functions);
        assertThat(listed.get("constant")).isEqualTo(Stream.of(CudaConstants.class, NvmlConstants.class)
                .flatMap(constants -> Arrays.stream(constants.getDeclaredFields()))
                .filter(field -> field.getType() == int.class).map(Field::getName)
                .collect(Collectors.toCollection(TreeSet::new)));
        Set<String> groups = new TreeSet<>();
        for (GroupLayout struct : structs()) {
            String name = struct.name().orElseThrow();
            groups.add(name + (name.endsWith("Value") ? "_union" : "_st"));
        }
        assertThat(Stream.of("struct", "union").flatMap(kind -> listed.get(kind).stream()))
                .containsExactlyInAnyOrderElementsOf(
                        groups);
    }

    /** What is not in one of the three enums cannot be bound, since only this file makes downcalls. */
    @Test
    void nothingIsBoundOutsideTheListsOfFunctions() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".java")).filter(file -> {
                try {
                    return Files.readString(file).contains("downcallHandle(");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }).map(file -> file.getFileName().toString())).containsExactly("NativeFunction.java");
        }
    }

    private static Set<String> symbols() {
        return Arrays.stream(DriverFunction.values()).map(DriverFunction::symbol)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<GroupLayout> structs() throws IllegalAccessException {
        List<GroupLayout> structs = new ArrayList<>();
        for (Field field : CudaStructs.class.getDeclaredFields()) {
            if (GroupLayout.class.isAssignableFrom(field.getType())) {
                structs.add((GroupLayout) field.get(null));
            }
        }
        return structs;
    }

    /** Asks a C compiler for the offset and size of every named member. */
    private static List<String> differences(List<GroupLayout> structs, Path folder)
            throws IOException, InterruptedException {
        Map<String, Long> bound = new LinkedHashMap<>();
        for (GroupLayout struct : structs) {
            String name = struct.name().orElseThrow();
            bound.put("sizeof(" + name + ")", struct.byteSize());
            members(struct, "", 0, (path, offset, size) -> {
                bound.put("offsetof(" + name + ", " + path + ")", offset);
                bound.put("sizeof(((" + name + " *) 0)->" + path + ")", size);
            });
        }
        StringBuilder program = new StringBuilder("""
                #include <cuda.h>
                #include <stddef.h>
                #include <stdio.h>
                int main(void) {
                """);
        bound.keySet().forEach(e -> program.append("    printf(\"%zu\\n\", (size_t) ").append(e).append(");\n"));
        Path source = Files.writeString(folder.resolve("offsets.c"), program.append("}\n"));
        Path binary = folder.resolve("offsets");
        CCompiler.compile(List.of(source.toString(), "-o", binary.toString()));
        List<String> real = CCompiler.run(List.of(binary.toString())).lines().toList();
        List<String> differences = new ArrayList<>();
        int line = 0;
        for (Map.Entry<String, Long> entry : bound.entrySet()) {
            if (Long.parseLong(real.get(line)) != entry.getValue()) {
                differences.add(entry.getKey() + " is " + real.get(line) + ", but " + entry.getValue() + " here");
            }
            line++;
        }
        return differences;
    }

    private interface MemberVisitor {
        void member(String path, long offset, long size);
    }

    private static void members(GroupLayout group, String prefix, long base, MemberVisitor visitor) {
        for (MemoryLayout member : group.memberLayouts()) {
            if (member.name().isPresent()) {
                String name = member.name().orElseThrow();
                long offset = base + group.byteOffset(MemoryLayout.PathElement.groupElement(name));
                visitor.member(prefix + name, offset, member.byteSize());
                if (member instanceof GroupLayout nested) {
                    members(nested, prefix + name + ".", offset, visitor);
                }
            }
        }
    }
}
