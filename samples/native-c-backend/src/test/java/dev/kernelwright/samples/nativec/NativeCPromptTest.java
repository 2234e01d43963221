package dev.kernelwright.samples.nativec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.Probe;
import dev.kernelwright.spi.Roofline;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.prompt.Briefing;
import dev.kernelwright.tuning.llm.prompt.Progress;
import dev.kernelwright.tuning.llm.prompt.Prompt;
import dev.kernelwright.tuning.llm.prompt.PromptWriter;
import dev.kernelwright.tuning.llm.prompt.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Compares what a model is told about kernels in C with files, so that a change is seen in review. With
 * {@code -Dkernelwright.golden.update=true} the files are written instead.
 */
class NativeCPromptTest {
    private static final Path GOLDEN = Path.of("src/test/golden");

    private static Prompt prompt(String text) {
        Probe probe = new NativeCProvider().probe();
        assumeTrue(probe instanceof Probe.Available, probe::toString);
        Workload workload = StandardOps.catalog().parse(text, DType.F32);
        return new PromptWriter(new Briefing(workload, dialect(workload),
                new DeviceDescription("test", "Test processor", Map.of("cores", "8")),
                new Roofline(200e9, List.of(new Roofline.Bandwidth(256 << 20, 25e9))), 8, List.of(), List.of()), 48_000)
                .write(Step.DRAFT, new Progress(Double.NaN, null, List.of(), "", null, "", "", List.of()));
    }

    private static KernelDialect dialect(Workload workload) {
        try (BlockPool pool = new BlockPool(1);
                NativeCBackend backend = (NativeCBackend) new NativeCProvider().open(0, pool)) {
            return backend.dialect(workload.signature()).orElseThrow();
        }
    }

    private static void compare(String name, String text) throws IOException {
        Path file = GOLDEN.resolve(name);
        if (Boolean.getBoolean("kernelwright.golden.update")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(file, text + "\n");
        }
        assertThat(file).as("a golden prompt").hasContent(text + "\n");
    }

    @Test
    void theRulesAreThoseOfTheFile() throws IOException {
        compare("system.md", prompt("add(n=4096)").system());
    }

    @TestFactory
    Stream<DynamicTest> everyOpIsAskedForAsInItsFileAndIsNoExample() {
        return Stream.of("silu_mul(n=8192)", "softmax(rows=64,cols=512)", "rms_norm(rows=1..64,cols=4096)",
                "matmul(m=128,n=256,k=512)", "embedding(rows=16,vocab=32000,dim=512)",
                "attention(batch=1,q_len=64,ctx=64,heads=8,kv_heads=2,head_dim=64)")
                .map(text -> DynamicTest.dynamicTest(text, () -> {
                    Workload workload = StandardOps.catalog().parse(text, DType.F32);
                    String op = workload.op().name();
                    compare(op + ".md", prompt(text).user());
                    assertThat(dialect(workload).examples()).hasSize(3).doesNotHaveDuplicates()
                            .noneMatch(example -> Stream.of("baselines", "templates").map(folder -> "/" + folder + "/"
                                    + op + ".c").anyMatch(name -> example.equals(resource(name))));
                }));
    }

    private static String resource(String name) {
        try (var in = NativeCBackend.class.getResourceAsStream("/dev/kernelwright/samples/nativec" + name)) {
            return in == null ? "" : new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
