package dev.kernelwright.tuning.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.prompt.Briefing;
import dev.kernelwright.tuning.llm.prompt.Progress;
import dev.kernelwright.tuning.llm.prompt.Progress.Attempt;
import dev.kernelwright.tuning.llm.prompt.Prompt;
import dev.kernelwright.tuning.llm.prompt.PromptWriter;
import dev.kernelwright.tuning.llm.prompt.Step;
import dev.kernelwright.tuning.llm.session.SessionEvent.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares what models are told with files, so that a change of a prompt is seen in review. With {@code
 * -Dkernelwright.golden.update=true} the files are written instead.
 */
class GoldenPromptTest {
    private static final Path GOLDEN = Path.of("src/test/golden");
    private static final Map<String, Function<KernelSignature, KernelDialect>> DIALECTS = Map.of(
            "cpu", dev.kernelwright.backend.cpu.Dialect::of,
            "opencl-cpu", signature -> dev.kernelwright.backend.opencl.Dialect.of(signature, false),
            "opencl-gpu", signature -> dev.kernelwright.backend.opencl.Dialect.of(signature, true),
            "cuda", dev.kernelwright.backend.cuda.Dialect::of);
    private static final List<String> WORKLOADS = List.of("add(n=4096)", "mul(n=4096)", "silu_mul(n=8192)",
            "gelu(n=8192)", "softmax(rows=64,cols=512)", "rms_norm(rows=1..64,cols=4096)",
            "layer_norm(rows=64,cols=1024)", "matmul(m=128,n=256,k=512)", "argmax(rows=4,cols=32000)",
            "sum(rows=64,cols=1024)", "embedding(rows=16,vocab=32000,dim=512)",
            "rope(rows=16,heads=8,head_dim=64,positions=2048)",
            "attention(batch=1,q_len=64,ctx=64,heads=8,kv_heads=2,head_dim=64)");

    private static PromptWriter writer(String backend, Workload workload, int maxTokens, List<Briefing.Neighbour> near,
            List<String> notes) {
        TestBackend facts = TestBackend.plain();
        return new PromptWriter(new Briefing(workload, DIALECTS.get(backend).apply(workload.signature()),
                facts.device(), facts.measureRoofline(), 8, near, notes), maxTokens);
    }

    private static Workload workload(String text) {
        return StandardOps.catalog().parse(text, DType.F32);
    }

    private static Progress nothing() {
        return new Progress(Double.NaN, null, List.of(), "", null, "", "", List.of());
    }

    /** Half a search: two ideas, a wrong kernel, a right one. */
    private static Progress some() {
        Verdict wrong =
                new Verdict(ReasonCode.WRONG_NUMERICS, "the results are wrong on normal data: 3 of 4096 elements",
                        7.5, Double.NaN, Double.NaN, Double.NaN);
        Verdict right = new Verdict(ReasonCode.ACCEPTED, "right and 4.00 times as fast", 0.25, 2500, 10_000, 800);
        Attempt first = new Attempt(1, "one pass", Map.of(), wrong);
        Attempt second = new Attempt(2, "two passes", Map.of("UNROLL", 4L), right);
        return new Progress(10_000, new Attempt(0, "", Map.of("ROWS", 2L), right), List.of(first, second), "two passes",
                new Progress.Subject(second, "// @step run grid=rows\nkernel", "ptxas info: 40 registers",
                        "run: 40 registers a thread; theoretical occupancy 75 %"),
                "",
                "Loads are not overlapped.", List.of("one pass"));
    }

    private static void compare(String name, String text) throws IOException {
        Path file = GOLDEN.resolve(name);
        if (Boolean.getBoolean("kernelwright.golden.update")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text + "\n");
        }
        assertThat(file).as("a golden prompt").exists();
        assertThat(text + "\n").as(name).isEqualTo(Files.readString(file));
    }

    @TestFactory
    Stream<DynamicTest> everyBackendHasTheRulesOfItsFile() {
        return DIALECTS.keySet().stream().sorted().map(backend -> DynamicTest.dynamicTest(backend,
                () -> compare(backend + "/system.md", writer(backend, workload("add(n=4096)"), 48_000, List.of(),
                        List.of()).write(Step.DRAFT, nothing()).system())));
    }

    @TestFactory
    Stream<DynamicTest> everyOpIsAskedForAsInItsFile() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String backend : DIALECTS.keySet().stream().filter(each -> !each.endsWith("gpu")).sorted().toList()) {
            for (String text : WORKLOADS) {
                Workload workload = workload(text);
                tests.add(DynamicTest.dynamicTest(backend + " " + text, () -> compare(backend + "/"
                        + workload.op().name() + ".md",
                        writer(backend, workload, 48_000, List.of(), List.of())
                                .write(Step.DRAFT, nothing()).user())));
            }
        }
        return tests.stream();
    }

    @Test
    void theWorkedExamplesAreThoseOfTheFileAndNeverForTheOpThatIsAskedFor() throws IOException {
        StringBuilder table = new StringBuilder();
        for (String backend : DIALECTS.keySet().stream().sorted().toList()) {
            for (String text : WORKLOADS) {
                KernelSignature signature = workload(text).signature();
                List<String> names = new ArrayList<>();
                for (String example : DIALECTS.get(backend).apply(signature).examples()) {
                    names.add(templateOf(backend, example));
                }
                assertThat(names).as(backend + " " + text).hasSize(3).doesNotHaveDuplicates()
                        .noneMatch(name -> name.equals(signature.op()) || name.startsWith(signature.op() + "_"));
                table.append(backend).append(' ').append(signature.op()).append(": ").append(String.join(", ", names))
                        .append('\n');
            }
        }
        compare("examples.txt", table.toString().strip());
    }

    /** Returns the name of the template that an example was, of which directives and headers may have been replaced. */
    private static String templateOf(String backend, String example) throws IOException {
        String name = backend.replaceFirst("-.pu$", "");
        Path templates = Path.of("../../backend-" + (name.equals("cpu") ? "cpu-vector" : name)
                + "/src/main/resources/dev/kernelwright/backend/" + name + "/templates");
        String otherKind = backend.endsWith("-gpu") ? ".cpu." : ".gpu.";
        Set<String> lines = example.lines().collect(Collectors.toSet());
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(templates)) {
            for (Path file : files.filter(each -> !each.getFileName().toString().contains(otherKind)).toList()) {
                if (Files.readAllLines(file).stream().filter(line -> !line.startsWith("// @")
                        && !line.startsWith("#include")).allMatch(lines::contains)) {
                    found.add(file.getFileName().toString().replaceFirst("\\..*", ""));
                }
            }
        }
        assertThat(found).as(example).hasSize(1);
        return found.getFirst();
    }

    @TestFactory
    Stream<DynamicTest> everyStepIsAskedForAsInItsFile() {
        return Stream.of(Step.values()).map(step -> DynamicTest.dynamicTest(step.toString(), () -> compare(
                "steps/" + step
                        + ".md",
                writer("cpu", workload("rms_norm(rows=8,cols=1024)"), 48_000,
                        List.of(new Briefing.Neighbour("softmax@1(rows=8), 3 times the baseline there", "a kernel")),
                        List.of("softmax: two passes - right after 1 of 3 tries")).write(step, some()).user())));
    }

    @Test
    void goldenFilesCoverTheCatalogue() {
        assertThat(WORKLOADS).extracting(text -> text.substring(0, text.indexOf('(')))
                .containsExactlyInAnyOrderElementsOf(StandardOps.catalog().definitions().stream()
                        .map(definition -> definition.name()).toList());
    }

    @Test
    void theNumericsClassIsTold() {
        String strict = question("matmul(m=128,n=256,k=512)");
        assertThat(strict).contains("Numerics are strict").doesNotContain("The caller allows");
        assertThat(question("matmul(m=128,n=256,k=512,allow=tf32+non_deterministic)"))
                .contains("The caller allows tf32, factors of products rounded to it; non_deterministic,")
                .doesNotContain("Numerics are strict");
    }

    private static String question(String text) {
        return writer("cuda", workload(text), 48_000, List.of(), List.of()).write(Step.DRAFT, nothing()).user();
    }

    @Test
    void theSameDataGiveTheSamePrompt() {
        Prompt one = writer("cuda", workload("softmax(rows=64,cols=512)"), 48_000, List.of(), List.of())
                .write(Step.REFINE, some());
        Prompt two = writer("cuda", workload("softmax(rows=64,cols=512)"), 48_000, List.of(), List.of())
                .write(Step.REFINE, some());
        assertThat(one.digest()).isEqualTo(two.digest());
        assertThat(one.digest()).isNotEqualTo(writer("cuda", workload("softmax(rows=65,cols=512)"), 48_000, List.of(),
                List.of()).write(Step.REFINE, some()).digest());
    }

    @Test
    void aPromptStaysWithinItsTokensWhateverThereIsToTell() {
        List<Briefing.Neighbour> near = List.of(new Briefing.Neighbour("near", "x".repeat(50_000)),
                new Briefing.Neighbour("nearer", "y".repeat(50_000)));
        List<String> notes = Stream.generate(() -> "note ".repeat(1000)).limit(8).toList();
        Verdict verdict = new Verdict(ReasonCode.COMPILE_ERROR, "error ".repeat(100_000), Double.NaN, Double.NaN,
                Double.NaN, Double.NaN);
        Attempt attempt = new Attempt(1, "idea ".repeat(10_000), Map.of(), verdict);
        Progress progress = new Progress(1, attempt, Stream.generate(() -> attempt).limit(500).toList(),
                "idea ".repeat(10_000), new Progress.Subject(attempt, "z".repeat(90_000), "log ".repeat(100_000),
                        "report ".repeat(100_000)),
                "fault ".repeat(10_000), "critique ".repeat(10_000), List.of("a".repeat(10_000)));
        for (String backend : DIALECTS.keySet()) {
            Prompt prompt = writer(backend, workload("add(n=4096)"), 24_000, near, notes).write(Step.REPAIR, progress);
            assertThat(PromptWriter.tokens(prompt.system()) + PromptWriter.tokens(prompt.user())).as(backend)
                    .isLessThanOrEqualTo(24_000);
        }
    }
}
