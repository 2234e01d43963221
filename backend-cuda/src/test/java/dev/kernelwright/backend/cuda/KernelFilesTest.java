package dev.kernelwright.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.backend.cuda.compile.CudaBinary;
import dev.kernelwright.backend.cuda.compile.CudaCompiler;
import dev.kernelwright.backend.cuda.ffi.Loaded;
import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.CompiledPlan;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.KernelResources;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What can be said of the kernels without a GPU: that they are found, pass the screen, compile for a Hopper GPU and fit
 * it. That they are right, {@link CudaKernelChecks} says on a GPU.
 */
class KernelFilesTest {
    private static final String ARCHITECTURE = "sm_90a";
    private static final long MAX_SHARED_BYTES = 227 * 1024;
    private static final long MAX_THREADS = 1024;
    private static final long REGISTERS = 65_536;
    private static final int MAX_CHARS_OF_LINE = 120;

    /** Shapes as transformers have them, with all axes fixed. */
    private static final List<String> FIXED = List.of("silu_mul(n=117440512)", "sum(rows=1,cols=268435456)",
            "argmax(rows=64,cols=128256)", "softmax(rows=128,cols=128256)", "rms_norm(rows=8192,cols=4096)",
            "layer_norm(rows=8192,cols=768)", "rope(rows=8192,heads=32,head_dim=128,positions=8192)",
            "embedding(rows=8192,vocab=32000,dim=4096)", "matmul(m=4096,n=4096,k=4096)",
            "matmul(m=16,n=14336,k=4096,transpose_b=1)", "matmul(m=9..4096,n=4096,k=4096)", "matmul(m=1,n=4096,k=4096)",
            "matmul(m=8,n=14336,k=4096,transpose_b=1)",
            "attention(batch=1,q_len=4096,ctx=4096,heads=32,kv_heads=8,head_dim=128)",
            "attention(batch=4,q_len=1,ctx=8192,heads=32,kv_heads=8,head_dim=128)");

    private static CudaCompiler compiler() {
        Loaded<CudaCompiler> found = CudaCompiler.find();
        assumeTrue(found instanceof Loaded.Found, () -> "no compiler for CUDA C++ here: " + found);
        return ((Loaded.Found<CudaCompiler>) found).library();
    }

    /** Workloads that have another template, attribute or dtype than those before; ranged and fixed. */
    static Stream<Workload> workloads() {
        return KernelFamily.DTYPES.stream().flatMap(KernelFilesTest::workloads);
    }

    private static Stream<Workload> workloads(DType dtype) {
        return Stream.concat(KernelFamily.all().stream().map(family -> family.ranged(dtype)),
                FIXED.stream().map(text -> StandardOps.catalog().parse(text, dtype)));
    }

    /** One workload for each template and dtype: for the same template, a later one in the list. */
    static Stream<Workload> templates() {
        return KernelFamily.DTYPES.stream().flatMap(KernelFilesTest::templates);
    }

    private static Stream<Workload> templates(DType dtype) {
        return distinct(dtype, workload -> template(workload).text());
    }

    /** One workload for each baseline, with each of its attributes, and dtype; several templates of an op have the same. */
    static Stream<Workload> baselines() {
        return KernelFamily.DTYPES.stream().flatMap(dtype -> distinct(dtype,
                workload -> baseline(workload).text() + workload.signature().attributes()));
    }

    private static Stream<Workload> distinct(DType dtype, Function<Workload, String> text) {
        Map<String, Workload> byText = new LinkedHashMap<>();
        workloads(dtype).forEach(workload -> byText.put(text.apply(workload), workload));
        return byText.values().stream();
    }

    /** Where many points are compiled, which takes long; others of half types are compiled by the stress test. */
    static Stream<Workload> templatesOnce() {
        return Stream.concat(templates(DType.F32), Stream.of("matmul(m=4096,n=4096,k=4096)",
                "attention(batch=1,q_len=4096,ctx=4096,heads=32,kv_heads=8,head_dim=64)",
                "attention(batch=1,q_len=1,ctx=8192,heads=32,kv_heads=8,head_dim=64)")
                .map(text -> StandardOps.catalog().parse(text, DType.BF16)));
    }

    private static KernelTemplate baseline(Workload workload) {
        return KernelFiles.baseline(workload.signature()).orElseThrow();
    }

    private static KernelTemplate template(Workload workload) {
        return KernelFiles.template(workload.signature(), ARCHITECTURE).orElseThrow();
    }

    @Test
    void everyStandardOpHasABaselineAndATemplate() {
        for (OpDefinition op : StandardOps.all()) {
            assertThat(workloads().map(workload -> workload.op().name())).contains(op.name());
        }
        workloads().forEach(workload -> {
            assertThat(KernelFiles.baseline(workload.signature())).as("the baseline of %s", workload).isPresent();
            assertThat(KernelFiles.template(workload.signature(), ARCHITECTURE)).as("the template of %s", workload)
                    .isPresent();
        });
    }

    @Test
    void theDefaultPointIsAdmittedAndStandsInTheSource() {
        workloads().forEach(workload -> {
            KernelTemplate template = template(workload);
            Map<String, Long> first = template.defaultPoint();
            assertThat(template.admits(first, workload.signature())).as("the default point of %s", workload).isTrue();
            first.forEach(
                    (name, value) -> assertThat(template.text()).contains("#define " + name + " " + value + "\n"));
        });
    }

    @Test
    void sourcesAreReadable() {
        workloads().flatMap(workload -> Stream.of(baseline(workload), template(workload))).map(KernelTemplate::text)
                .distinct().forEach(text -> {
                    assertThat(text).startsWith("// ").doesNotContain("\t").endsWith("}\n");
                    // A directive cannot go on in another line.
                    assertThat(text.lines().filter(line -> !line.matches("// @(step|tensor_map) .*"))).allSatisfy(
                            line -> assertThat(line).hasSizeLessThanOrEqualTo(MAX_CHARS_OF_LINE));
                });
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("workloads")
    void plansOfManyPointsFitTheDevice(Workload workload) throws KernelRejectedException {
        KernelTemplate template = template(workload);
        for (Map<String, Long> point : KernelPoints.some(template, workload.signature(), 200)) {
            KernelSource source = template.expand(point, workload.signature());
            requirePlanFits(source, workload.signature());
        }
        requirePlanFits(baseline(workload).expand(Map.of(), workload.signature()), workload.signature());
    }

    private static void requirePlanFits(KernelSource source, KernelSignature signature)
            throws KernelRejectedException {
        CompiledPlan plan = new CompiledPlan(source.plan(), signature);
        for (long[] axes : List.of(signature.minAxes(), signature.maxAxes())) {
            for (int step = 0; step < plan.stepCount(); step++) {
                assertThat(plan.block(step, 0, axes) * plan.block(step, 1, axes) * plan.block(step, 2, axes))
                        .as("threads of %s at %s", signature, source.parameters()).isBetween(1L, MAX_THREADS);
                assertThat(plan.block(step, 0, axes) % 32 == 0 || plan.block(step, 1, axes) > 1)
                        .as("whole warps at %s", source.parameters()).isTrue();
                assertThat(plan.grid(step, 0, axes)).isLessThanOrEqualTo(Integer.MAX_VALUE);
                assertThat(plan.grid(step, 1, axes)).isLessThanOrEqualTo(65_535);
                assertThat(plan.grid(step, 2, axes)).isLessThanOrEqualTo(65_535);
            }
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("baselines")
    void baselinesCompileAndSpillNothing(Workload workload) throws KernelRejectedException {
        KernelSignature signature = workload.signature();
        requireFits(compiler(), baseline(workload).expand(Map.of(), signature), signature, true);
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("templates")
    void defaultPointsCompileAndSpillNothing(Workload workload) throws KernelRejectedException {
        KernelSignature signature = workload.signature();
        KernelTemplate template = template(workload);
        requireFits(compiler(), template.expand(template.defaultPoint(), signature), signature, true);
    }

    /** Beside the default, the admitted point that has the most other values. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("templatesOnce")
    void anotherPointCompiles(Workload workload) throws KernelRejectedException {
        KernelTemplate template = template(workload);
        Set<String> missing = otherValues(template);
        Workload admitting = forEveryValue(workload);
        List<Map<String, Long>> points = covering(template, admitting.signature(), missing);
        assertThat(missing).as("values that no admitted point has").isEmpty();
        if (!points.isEmpty()) {
            requireFits(compiler(), template.expand(points.getFirst(), admitting.signature()), admitting.signature(),
                    false);
        }
    }

    /** As many admitted points as it takes for every value of every parameter to occur, which are five or six. */
    @Tag("stress")
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("templatesOnce")
    void everyValueOfEveryParameterCompiles(Workload workload) throws KernelRejectedException {
        CudaCompiler compiler = compiler();
        KernelTemplate template = template(workload);
        Workload admitting = forEveryValue(workload);
        for (Map<String, Long> point : covering(template, admitting.signature(), otherValues(template))) {
            requireFits(compiler, template.expand(point, admitting.signature()), admitting.signature(), false);
        }
    }

    /** Returns every value of every parameter but those of the default point, as NAME=VALUE. */
    private static Set<String> otherValues(KernelTemplate template) {
        Set<String> values = new TreeSet<>();
        template.parameters().forEach((name, all) -> all.stream().skip(1)
                .forEach(value -> values.add(name + "=" + value)));
        return values;
    }

    /** A large workload of the same template, so that no value is refused for being too much. */
    private static Workload forEveryValue(Workload workload) {
        KernelSignature signature = workload.signature();
        Map<String, Long> sizes = new HashMap<>();
        sizes.put("cols", 4_194_304L);
        sizes.put("dim", 8192L);
        sizes.put("kv_heads", 1L);
        Workload.Builder builder = workload.op().workload(signature.dtype());
        signature.attributes().forEach(builder::attribute);
        signature.axes().forEach(axis -> {
            long max = sizes.getOrDefault(axis.name(), axis.max());
            builder.axis(axis.name(), switch (axis.name()) {
                case "rows" -> Math.min(max, 16);
                // Few rows of a product have a template of their own.
                case "m" -> max > 8 ? 512 : max;
                default -> max;
            });
        });
        return builder.build();
    }

    /** Returns admitted points that have the missing values, and takes from these what one has. */
    private static List<Map<String, Long>> covering(KernelTemplate template, KernelSignature signature,
            Set<String> missing) {
        List<Map<String, Long>> points = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int attempt = 0; attempt < 20 && !missing.isEmpty(); attempt++) {
            Map<String, Long> best = Map.of();
            Set<String> bestNew = Set.of();
            for (int draw = 0; draw < 1000; draw++) {
                Map<String, Long> point = new LinkedHashMap<>();
                template.parameters().forEach((name, values) -> point.put(name,
                        values.get(random.nextInt(values.size()))));
                Set<String> found = point.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue())
                        .filter(missing::contains).collect(Collectors.toCollection(LinkedHashSet::new));
                if (found.size() > bestNew.size() && template.admits(point, signature)) {
                    best = point;
                    bestNew = found;
                }
            }
            if (!bestNew.isEmpty()) {
                points.add(best);
                missing.removeAll(bestNew);
            }
        }
        return points;
    }

    @Tag("stress")
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT)
    @MethodSource("workloads")
    void manyPointsOfEveryWorkloadCompile(Workload workload) throws KernelRejectedException {
        CudaCompiler compiler = compiler();
        KernelTemplate template = template(workload);
        List<Map<String, Long>> points = KernelPoints.some(template, workload.signature(), 16);
        for (int i = 0; i < points.size(); i++) {
            requireFits(compiler, template.expand(points.get(i), workload.signature()), workload.signature(), i == 0);
        }
    }

    private static void requireFits(CudaCompiler compiler, KernelSource source, KernelSignature signature,
            boolean withoutSpills) throws KernelRejectedException {
        CudaBinary binary = compiler.compile(source.text(), ARCHITECTURE);
        // The compiler says so where each product of a warpgroup waits for the one before.
        assertThat(binary.log()).as("%s at %s", signature, source.parameters()).doesNotContain("are serialized");
        CompiledPlan plan = new CompiledPlan(source.plan(), signature);
        long[] axes = signature.maxAxes();
        for (int step = 0; step < plan.stepCount(); step++) {
            String entry = plan.entry(step);
            KernelResources resources = binary.kernels().stream().filter(kernel -> kernel.entry().equals(entry))
                    .findFirst().orElseThrow();
            String what = entry + " of " + signature + " at " + source.parameters();
            long threads = plan.block(step, 0, axes) * plan.block(step, 1, axes) * plan.block(step, 2, axes);
            assertThat(resources.sharedBytes() + plan.sharedBytes(step, axes)).as("shared memory of %s", what)
                    .isLessThanOrEqualTo(MAX_SHARED_BYTES);
            assertThat(resources.registers() * threads).as("registers of %s", what).isLessThanOrEqualTo(REGISTERS);
            if (withoutSpills) {
                assertThat(resources.spillBytes()).as("spills of %s", what).isZero();
                // An array that is indexed by a variable lies there, in memory, without being a spill.
                assertThat(resources.stackBytes()).as("stack of %s", what).isZero();
            }
        }
    }
}
