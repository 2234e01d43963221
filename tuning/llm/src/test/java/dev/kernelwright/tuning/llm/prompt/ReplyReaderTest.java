package dev.kernelwright.tuning.llm.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.op.standard.StandardOps;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.prompt.ReplyReader.Reading;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReplyReaderTest {
    private static final KernelSignature SIGNATURE =
            StandardOps.catalog().parse("rms_norm(rows=8,cols=1024)", DType.F32).signature();
    private static final String KERNEL = """
            // @parameter UNROLL 4 2
            // @step run grid=rows
            static final int UNROLL = 4;
            """;

    private static Reading read(String reply) {
        return ReplyReader.kernel(reply, "java-vector", SIGNATURE);
    }

    private static String lines(String... lines) {
        return String.join("\n", lines) + "\n";
    }

    private static String block(String tag, String text) {
        return "```" + tag + "\n" + text + "```\n";
    }

    @ParameterizedTest
    @MethodSource
    void aKernelIsReadWithWhateverStandsAroundIt(String reply) {
        assertThat(read(reply)).isInstanceOfSatisfying(Reading.Kernel.class, kernel -> {
            assertThat(kernel.template().text()).isEqualTo(KERNEL);
            assertThat(kernel.template().parameters()).containsKey("UNROLL");
        });
    }

    static Stream<String> aKernelIsReadWithWhateverStandsAroundIt() {
        return Stream.of(block("java", KERNEL), block("", KERNEL), block("JAVA", KERNEL),
                "Idea: four sums\n\n" + block("java", KERNEL) + "\nThis hides the latency.",
                "````java\n" + KERNEL + "````\n",
                block("java", KERNEL).replace("\n", "\r\n"),
                "Before:\n" + block("", "int x = 1;\n") + "After:\n" + block("java", KERNEL),
                "   ```java\n" + KERNEL + "   ```");
    }

    @Test
    void theIdeaIsOneShortLine() {
        Reading reading = read("**Idea:** sum in four\u0007 vectors `x`\n" + block("java", KERNEL));
        assertThat(((Reading.Kernel) reading).idea()).isEqualTo("sum in four? vectors 'x'");
        reading = read("Idea: " + "long ".repeat(1000) + "\n" + block("java", KERNEL));
        assertThat(((Reading.Kernel) reading).idea()).hasSizeLessThan(420);
        assertThat(((Reading.Kernel) read(block("java", KERNEL))).idea()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource
    void whatIsNoKernelSaysWhy(String reply, String reason) {
        assertThat(read(reply)).isInstanceOfSatisfying(Reading.Fault.class,
                fault -> assertThat(fault.reason()).contains(reason));
    }

    static Stream<Arguments> whatIsNoKernelSaysWhy() {
        return Stream.of(
                Arguments.of("", "empty"),
                Arguments.of(" \n\t ", "empty"),
                Arguments.of("I cannot help with that.", "no fenced code block"),
                Arguments.of(KERNEL, "no fenced code block"),
                Arguments.of(block("java", KERNEL) + block("java", KERNEL), "2 blocks with a kernel"),
                Arguments.of(block("python", KERNEL), "said to be in 'python'"),
                Arguments.of(block("cuda", KERNEL), "said to be in 'cuda'"),
                Arguments.of("```java\n" + KERNEL, "ends in the middle"),
                Arguments.of("```java\n" + KERNEL.substring(0, 60), "ends in the middle"),
                Arguments.of(block("java", "static void run() {}\n"), "'// @step' line"),
                Arguments.of(
                        block("java", "// @step run grid=rows\n" + "x".repeat(ReplyReader.MAX_SOURCE_CHARS) + "\n"),
                        "more than 98304"),
                Arguments.of("x".repeat(10 << 20), "more than 1048576"),
                Arguments.of(block("java", KERNEL + "\0\n"), "control characters"),
                Arguments.of(block("java", "// @step run grid=rows +\n"), "malformed"),
                Arguments.of(block("java", "// @launch run\n// @step run grid=rows\n"), "malformed"),
                Arguments.of(block("java", "// @parameter A x\n// @step run grid=rows\n"), "whole numbers"),
                Arguments.of(block("java", "// @require B > 1\n// @step run grid=rows\n"), "'B'"),
                Arguments.of(block("java", lines("// @parameter A 1 2", "// @require A > 1", "// @step run grid=rows")),
                        "put values first that do"),
                Arguments.of(block("java", lines("// @parameter A" + " 1".repeat(17), "// @step run grid=rows")),
                        "at most 16 values"),
                Arguments.of(block("java", lines("// @parameter A 1", "// @parameter B 1", "// @parameter C 1",
                        "// @parameter D 1", "// @parameter E 1", "// @parameter F 1", "// @parameter G 1",
                        "// @parameter H 1", "// @parameter I 1", "// @step run grid=rows")), "9 parameters"),
                Arguments.of(block("java", lines("// @parameter A 9999999999", "// @step run grid=rows",
                        "static final int A = 1;")), "overflow"));
    }

    @Test
    void planIsReadOnlyInTheFormAskedFor() {
        assertThat(ReplyReader.ideas("```json\n{\"ideas\": [{\"name\": \"a\", \"sketch\": \"b\"}, {\"name\": \"\"},"
                + " {\"sketch\": \"c\"}, 5, {\"name\": \"d\"}]}\n```"))
                .extracting(ReplyReader.Idea::toString).containsExactly("a: b", "d");
        assertThat(ReplyReader.ideas("{\"ideas\": [{\"name\": \"a\"}]}")).hasSize(1);
        for (String bad : new String[]{"", "no", "{\"ideas\": ", "{\"ideas\": [{\"name\": \"a\"}], \"ideas\": []}",
                "[".repeat(10_000), "```json\n{}\n```\n```json\n{}\n```", "{\"policy\": {\"calls\": 9}}"}) {
            assertThat(ReplyReader.ideas(bad)).as(bad).isEmpty();
        }
        assertThat(ReplyReader.ideas("{\"ideas\": [" + "{\"name\": \"a\"},".repeat(50) + "{\"name\": \"a\"}]}"))
                .hasSize(8);
    }

    @Test
    void anyTextIsReadWithoutAnException() {
        Random random = new Random(7);
        String[] parts = {"```", "````", "java\n", "\n", "// @step run grid=", "rows", "// @parameter ", "A 1 2", " ",
                "// @require ", "A > 1", ";", "(", "Idea: ", "{\"ideas\":", "\u0000", "\uD800", "%", "/0",
                "// @workspace "};
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(30); j >= 0; j--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            assertThat(read(text.toString())).isNotNull();
            assertThat(ReplyReader.ideas(text.toString())).isNotNull();
        }
    }
}
