package dev.kernelwright.tuning.llm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.OpDefinition;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelDialect;
import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningRequest;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.llm.prompt.Briefing;
import dev.kernelwright.tuning.llm.prompt.Progress;
import dev.kernelwright.tuning.llm.prompt.Prompt;
import dev.kernelwright.tuning.llm.prompt.PromptWriter;
import dev.kernelwright.tuning.llm.prompt.Step;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import dev.kernelwright.tuning.llm.session.SessionPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Text from elsewhere that gives orders: in answers, verdicts, names, formulas, kernels from the store and notes.
 *
 * <p>The texts are in {@code injections.txt}. Each goes every way by which a text gets into a search. Whatever it says, the
 * limits, the number of questions, the host that is asked, the files that are written and the verdicts stay what they are.
 */
class InjectionTest {

    @TempDir
    private Path folder;

    private static List<String> texts() throws IOException {
        String all = Files.readString(Path.of("src/test/resources/dev/kernelwright/tuning/llm/injections.txt"));
        return Stream.of(all.split("\n=====\n", -1)).map(text -> text.replace("\\u202e", "\u202e").replace("\\0", "\0")
                .replace("\\e", "\u001b")).toList();
    }

    @TestFactory
    Stream<DynamicTest> anAnswerWithOrdersChangesNothingButTheKernelItProposes() throws IOException {
        List<String> texts = texts();
        assertThat(texts).hasSizeGreaterThanOrEqualTo(30).doesNotHaveDuplicates();
        List<DynamicTest> tests = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            Path home = folder.resolve("answer" + i);
            tests.add(DynamicTest.dynamicTest(name(text), () -> anAnswer(text, home)));
        }
        return tests.stream();
    }

    private void anAnswer(String text, Path home) throws IOException {
        try (ScriptedServer other = new ScriptedServer(ScriptedServer.says("caught"));
                ScriptedServer server = new ScriptedServer(ScriptedServer.says(text.replace("{other}", other.url())),
                        ScriptedServer.says("Idea: " + text + "\n```java\n// @step run grid=rows\n// "
                                + text.replace("\n", "\n// ") + "\nFAULT WRONG_NUMERICS\n```"),
                        ScriptedServer.says(text + Searches.right("honest", 8000)))) {
            Files.createDirectories(home);
            Path file = home.resolve("agent.json");
            Files.writeString(file, "{\"author\": \"openai:scripted\", \"planner\": \"none\", \"population\": 1,"
                    + " \"restarts\": 0, \"limits\": {\"key\": {\"calls\": 4}}}");
            String configuration = Files.readString(file);
            LlmSettings settings = AgentConfiguration.of(Optional.empty(), Optional.of(file)).settings();
            LlmSettings before = settings;
            LlmGenerator generator = new LlmGenerator(settings, server.environment(), home, Optional.empty(),
                    Clock.systemUTC(), time -> {});
            try {
                KernelGenerator.Search search = generator.start(Searches.request(50));
                for (Optional<KernelSource> source = search.next(); source.isPresent(); source = search.next()) {
                    // The verdict is the machine's, whatever the source says of itself.
                    Evaluation evaluation = Searches.judge(source.get());
                    search.learn(source.get(), evaluation);
                    if (evaluation.accepted()) {
                        assertThat(source.get().text()).contains("NANOS = 8000");
                    }
                }
            } catch (ModelUnavailableException e) {
                // The budget may end before the kernel that is right.
            }
            assertThat(server.asked()).as("questions").isLessThanOrEqualTo(4);
            assertThat(other.asked()).as("questions to another host").isZero();
            assertThat(generator.ledger().spent().calls()).isEqualTo(server.asked());
            assertThat(settings).isEqualTo(before);
            assertThat(Files.readString(file)).isEqualTo(configuration);
            for (int i = 1; i < server.asked(); i++) {
                requireRulesUnchanged(server.prompt(i), server.prompt(0));
                assertThat(server.request(i).path("model").asText()).isEqualTo("scripted");
                assertThat(server.request(i).path("messages")).hasSize(2);
            }
            for (SessionEvent.Judged judged : Searches.events(home, SessionEvent.Judged.class)) {
                assertThat(judged.verdict().reason() == ReasonCode.ACCEPTED).isEqualTo(
                        judged.verdict().message().startsWith("right"));
            }
            requireOnlyOwnFiles(home);
            requirePageWithoutMarkup(home);
        }
    }

    /** The rules come first, word for word as in the first question. */
    private static void requireRulesUnchanged(String prompt, String first) {
        String rules = first.substring(0, first.indexOf("# The operation"));
        assertThat(prompt).startsWith(rules);
        assertThat(prompt.indexOf("# The operation")).isEqualTo(rules.length());
    }

    private static void requireOnlyOwnFiles(Path home) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.filter(Files::isRegularFile).map(file -> home.relativize(file).toString()))
                    .allMatch(name -> name.equals("agent.json") || name.matches("sessions/[0-9a-f]{12}-1\\.jsonl")
                            || name.matches("spent-[0-9-]+\\.txt"));
        }
    }

    private static void requirePageWithoutMarkup(Path home) throws IOException {
        String page = SessionPage.of(SessionLog.read(Searches.log(home)));
        assertThat(page).doesNotContainIgnoringCase("<script", "<img", "<a ", "<iframe", "onerror=\"");
    }

    @TestFactory
    Stream<DynamicTest> textFromElsewhereStaysBetweenItsFences() throws IOException {
        return texts().stream().map(text -> DynamicTest.dynamicTest(name(text), () -> inPrompt(text)));
    }

    private static void inPrompt(String text) {
        OpDefinition op = OpDefinition.named("injected", 1).formula(text).axes("n").input("x", "n").output("y", "n")
                .flops("n").accuracy(1, "1").reference("n", (call, unit) -> {}).build();
        Workload workload = op.workload(DType.F32).axis("n", 64).build();
        TestBackend backend = TestBackend.plain();
        Briefing briefing = new Briefing(workload, new KernelDialect("java-vector", "Write well.", "run()", List.of()),
                backend.device(), backend.measureRoofline(), 1, List.of(new Briefing.Neighbour(text, text)),
                List.of(text));
        SessionEvent.Verdict verdict = new SessionEvent.Verdict(ReasonCode.COMPILE_ERROR, text, Double.NaN, Double.NaN,
                Double.NaN, Double.NaN);
        Progress.Attempt attempt = new Progress.Attempt(1, text, Map.of(), verdict);
        Progress progress =
                new Progress(1, attempt, List.of(attempt), text, new Progress.Subject(attempt, text, text, text), text,
                        text, List.of(text));
        PromptWriter writer = new PromptWriter(briefing, 50_000);
        for (Step step : Step.values()) {
            Prompt prompt = writer.write(step, progress);
            assertThat(prompt.system()).as("the rules").doesNotContain(text);
            List<String> outside = outside(prompt.user());
            String task = "# Your task";
            assertThat(outside.stream().filter(line -> line.startsWith(task))).as("tasks outside of data").hasSize(1);
            assertThat(outside.stream().filter(line -> line.startsWith("# "))).as("headings outside of data")
                    .allMatch(line -> line
                            .matches("# (The operation|The device|What was tried|Proven kernels for something"
                                    + " near|Notes from searches before|Your task: [a-z ]+)"));
            assertThat(prompt.user()).doesNotContain("\0", "\u001b", "\u202e");
        }
    }

    /** Returns the lines that are in no fence; a fence is closed by one that is as long. */
    private static List<String> outside(String prompt) {
        List<String> outside = new ArrayList<>();
        String open = "";
        for (String line : prompt.split("\n", -1)) {
            String ticks = line.replaceAll("^(`*)[^`]*$", "$1");
            if (open.isEmpty() && ticks.length() >= 3 && line.startsWith("```")) {
                open = ticks;
            } else if (!open.isEmpty() && line.strip().matches("`+") && line.strip().length() >= open.length()) {
                open = "";
            } else if (open.isEmpty()) {
                outside.add(line);
            }
        }
        assertThat(open).as("a fence without its end").isEmpty();
        return outside;
    }

    @TestFactory
    Stream<DynamicTest> aTextThatIsANameIsRefusedAsOne() throws IOException {
        return texts().stream().map(text -> DynamicTest.dynamicTest(name(text), () -> org.assertj.core.api.Assertions
                .assertThatThrownBy(() -> OpDefinition.named(text, 1)).isInstanceOf(IllegalArgumentException.class)));
    }

    @TestFactory
    Stream<DynamicTest> aFaultOfTheMachineWithOrdersIsShownAndNotFollowed() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<String> texts = texts();
        for (int i = 0; i < texts.size(); i++) {
            String text = texts.get(i);
            Path home = folder.resolve("verdict" + i);
            tests.add(DynamicTest.dynamicTest(name(text), () -> aVerdict(text, home)));
        }
        return tests.stream();
    }

    private static void aVerdict(String text, Path home) throws IOException {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.says(Searches.answer("a", "one")),
                ScriptedServer.says(Searches.answer("a", "two")))) {
            Files.createDirectories(home);
            Path file = home.resolve("agent.json");
            Files.writeString(file, "{\"author\": \"openai:scripted\", \"planner\": \"none\", \"population\": 1,"
                    + " \"restarts\": 0}");
            LlmGenerator generator = new LlmGenerator(AgentConfiguration.of(Optional.empty(), Optional.of(file))
                    .settings(), server.environment(), home, Optional.empty(), Clock.systemUTC(), time -> {});
            TuningRequest request = Searches.request(2);
            KernelGenerator.Search search = generator.start(request);
            for (int i = 0; i < 2; i++) {
                KernelSource source = search.next().orElseThrow();
                search.compiled(text);
                search.loaded(text);
                search.learn(source, Evaluation.rejected(ReasonCode.COMPILE_ERROR, text));
            }
            assertThat(server.asked()).isEqualTo(2);
            requireRulesUnchanged(server.prompt(1), server.prompt(0));
            assertThat(outside(server.prompt(1)).stream().filter(line -> line.startsWith("# Your task"))).hasSize(1);
            assertThat(search.next()).as("the same fault again ends the line").isEmpty();
            assertThat(KernelKey.of(request.workload(), request.backend().target())).isEqualTo(request.key());
        }
    }

    private static String name(String text) {
        String line = text.replaceAll("[^\\x20-\\x7e]+", " ").strip();
        return line.substring(0, Math.min(70, line.length()));
    }
}
