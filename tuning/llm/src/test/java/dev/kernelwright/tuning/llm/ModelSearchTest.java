package dev.kernelwright.tuning.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.spi.KernelGenerator;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.llm.Searches.Judged;
import dev.kernelwright.tuning.llm.model.ModelAddress;
import dev.kernelwright.tuning.llm.prompt.Prompt;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import dev.kernelwright.tuning.llm.session.SessionLog;
import dev.kernelwright.tuning.llm.session.SessionSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The loop, with answers from a folder and verdicts from the kernels' own text. */
class ModelSearchTest {
    @TempDir
    private Path home;

    private static AgentConfiguration configuration(Path file, String json) throws IOException {
        Files.writeString(file, json);
        return AgentConfiguration.of(Optional.empty(), Optional.of(file));
    }

    /** Returns a generator whose relay has the given answers, the first for call 1. */
    private LlmGenerator generator(String settings, String... answers) throws IOException {
        return generator(home, settings, answers);
    }

    private static LlmGenerator generator(Path home, String settings, String... answers) throws IOException {
        Path relay = home.resolve("relay");
        Files.createDirectories(relay);
        String session = Searches.request(1).key().digest().substring(0, 12) + "-1";
        for (int i = 0; i < answers.length; i++) {
            Files.writeString(relay.resolve(session + "-" + (i + 1) + ".reply.md"), answers[i]);
        }
        LlmSettings parsed = configuration(home.resolve("agent.json"), "{\"author\": \"relay:" + relay
                + "\", \"relayWaitSeconds\": 0" + (settings.isEmpty() ? "" : ", " + settings) + "}").settings();
        return new LlmGenerator(parsed, Map.of(), home, Optional.empty());
    }

    private List<String> steps() throws IOException {
        return Searches.events(home, SessionEvent.Asked.class).stream().map(SessionEvent.Asked::step).toList();
    }

    private static final String ONE_LINE = "\"planner\": \"none\", \"population\": 1, \"restarts\": 0";

    @Test
    void aWrongKernelIsRepairedAndARightOneRefinedUntilItGetsNoFaster() throws IOException {
        List<Judged> judged = Searches.run(generator(ONE_LINE + ", \"refinements\": 1",
                Searches.answer("tiles", "FAULT COMPILE_ERROR"), Searches.right("tiles", 5000),
                Searches.right("wider tiles", 2000), Searches.right("odd", 3000), Searches.right("odd again", 2500)),
                Searches.request(50));
        assertThat(judged).extracting(each -> each.evaluation().reason()).containsExactly(ReasonCode.COMPILE_ERROR,
                ReasonCode.ACCEPTED, ReasonCode.ACCEPTED, ReasonCode.ACCEPTED, ReasonCode.ACCEPTED);
        assertThat(steps()).containsExactly("draft", "repair", "refine", "refine", "refine");
        assertThat(Searches.events(home, SessionEvent.Ended.class)).extracting(SessionEvent.Ended::reason)
                .containsExactly("every line of work is stuck");
        List<SessionEvent.Asked> asked = Searches.events(home, SessionEvent.Asked.class);
        assertThat(asked.get(1).user()).contains("FAULT COMPILE_ERROR", "line 3:");
        assertThat(asked.get(4).user()).as("what the device says of the best").contains(
                "What the device takes of it and runs at a time:\n\n````data\nrun: "
                        + judged.get(2).source().text().length() + " registers a thread\n");
        assertThat(asked.get(4).user()).as("the best is refined, not the last").contains("NANOS = 2000",
                "This kernel ('wider tiles') is right", "candidate 4, 'odd', ACCEPTED");
    }

    @Test
    void thePlansIdeasBecomeLinesAndTheBestOfThemIsRefined() throws IOException {
        Searches.run(generator("\"population\": 2, \"refinements\": 0, \"restarts\": 0",
                "{\"ideas\": [{\"name\": \"rows\"}, {\"name\": \"columns\"}]}", Searches.right("", 4000),
                Searches.right("", 1000), Searches.right("", 1500), Searches.right("", 3000), Searches.right("", 3500)),
                Searches.request(50));
        List<SessionEvent.Asked> asked = Searches.events(home, SessionEvent.Asked.class);
        assertThat(steps()).containsExactly("plan", "draft", "draft", "refine", "refine", "refine");
        assertThat(asked.get(1).user()).contains("'rows'");
        assertThat(asked.get(2).user()).contains("'columns'").contains("- rows");
        assertThat(asked).extracting(SessionEvent.Asked::line).containsExactly(-1, 0, 1, 1, 0, 0);
    }

    @Test
    void aSearchThatHearsTheSameAsksTheSameAndARecordNamesTheDigestOfItsQuestion(@TempDir Path other)
            throws IOException {
        String[] answers = {Searches.answer("a", "FAULT WRONG_NUMERICS"), Searches.right("a", 4000),
                Searches.right("b", 2000), "nothing", Searches.right("c", 3000)};
        for (Path folder : List.of(home, other)) {
            Searches.run(generator(folder, ONE_LINE + ", \"refinements\": 1", answers), Searches.request(50));
        }
        List<SessionEvent.Asked> asked = Searches.events(home, SessionEvent.Asked.class);
        assertThat(asked).hasSizeGreaterThan(4).isEqualTo(Searches.events(other, SessionEvent.Asked.class));
        String rules = Searches.events(home, SessionEvent.Rules.class).getFirst().text();
        assertThat(asked).allMatch(each -> each.prompt().equals(new Prompt(rules, each.user()).digest()));
        KernelGenerator.Search again = generator(other.resolve("third"), ONE_LINE, Searches.right("a", 4000))
                .start(Searches.request(50));
        again.baseline(() -> Searches.BASELINE_NANOS);
        KernelSource proposed = again.next().orElseThrow();
        assertThat(again.provenance(proposed)).containsEntry("prompt", asked.getFirst().prompt());
    }

    @Test
    void theSameFaultAgainEndsALineAndTheNextBegins() throws IOException {
        List<Judged> judged = Searches.run(generator("\"planner\": \"none\", \"population\": 1, \"restarts\": 1",
                Searches.answer("a", "FAULT WRONG_NUMERICS 1"), Searches.answer("a", "FAULT WRONG_NUMERICS 2"),
                Searches.right("b", 50)), Searches.request(50));
        assertThat(judged).hasSize(3);
        assertThat(steps()).containsExactly("draft", "repair", "restart");
        assertThat(Searches.events(home, SessionEvent.Asked.class).getLast().user()).contains("- a");
        assertThat(Searches.events(home, SessionEvent.Ended.class)).extracting(SessionEvent.Ended::reason)
                .containsExactly("the best kernel is near the roof");
    }

    @ParameterizedTest
    @EnumSource(value = ReasonCode.class, mode = EnumSource.Mode.EXCLUDE, names = {"ACCEPTED", "NOT_FASTER"})
    void noQuestionLogOrNoteTellsWhatIsRight(ReasonCode reason) throws IOException {
        List<Judged> judged = Searches.run(generator(ONE_LINE, Searches.answer("a", "FAULT " + reason),
                Searches.right("b", 50)), Searches.request(50));
        assertThat(judged.getFirst().evaluation().message()).contains(Searches.RIGHT);
        assertThat(steps()).containsExactly("draft", "repair");
        assertThat(Searches.events(home, SessionEvent.Asked.class).getLast().user())
                .contains("The verdict: " + reason, "line 3: ");
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(file).content().as(file.toString()).doesNotContain(Searches.RIGHT);
            }
        }
    }

    @Test
    void aKernelThatWasJudgedBeforeIsNotProposedAgain() throws IOException {
        List<Judged> judged = Searches.run(generator(ONE_LINE + ", \"refinements\": 1", Searches.right("a", 4000),
                Searches.right("a", 4000), Searches.right("a", 3000), Searches.right("a", 3000),
                Searches.right("a", 3000)), Searches.request(50));
        assertThat(judged).hasSize(2);
        assertThat(Searches.events(home, SessionEvent.Unusable.class)).extracting(SessionEvent.Unusable::reason)
                .allMatch(reason -> reason.contains("judged before"));
        assertThat(Searches.events(home, SessionEvent.Asked.class).get(2).user()).contains("was judged before");
    }

    @Test
    void parametersInAKernelAreSearched() throws IOException {
        String kernel = "Idea: a\n```java\n// @parameter NANOS 4000 1000 8000\n// @step run grid=rows\n"
                + "static final int NANOS = 4000;\n```";
        List<Judged> judged = Searches.run(generator(ONE_LINE + ", \"refinements\": 0, \"points\": 3", kernel,
                Searches.right("b", 5000)), Searches.request(50));
        assertThat(judged).hasSize(4);
        assertThat(judged.subList(0, 3)).extracting(each -> each.source().parameters().get("NANOS"))
                .containsExactlyInAnyOrder(4000L, 1000L, 8000L);
        assertThat(judged.getFirst().source().parameters()).containsEntry("NANOS", 4000L);
        assertThat(Searches.events(home, SessionEvent.Asked.class).get(1).user()).contains("NANOS=1000");
    }

    @Test
    void theOtherPointsOfAWrongKernelAreNotTried() throws IOException {
        String wrong = "```java\n// @parameter A 1 2 3\n// @step run grid=rows\nFAULT CRASHED\n```";
        assertThat(Searches.run(generator(ONE_LINE + ", \"repairs\": 0", wrong), Searches.request(50))).hasSize(1);
    }

    @Test
    void aCriticIsAskedBeforeARefinementAndHeard() throws IOException {
        generator("\"critic\": \"relay:" + home.resolve("relay") + "\", " + ONE_LINE + ", \"refinements\": 0",
                Searches.right("a", 4000), "It waits for memory.", Searches.right("b", 6000));
        Searches.run(generator("\"critic\": \"relay:" + home.resolve("relay") + "\", " + ONE_LINE
                + ", \"refinements\": 0"), Searches.request(50));
        assertThat(steps()).containsExactly("draft", "critique", "refine");
        assertThat(Searches.events(home, SessionEvent.Asked.class).getLast().user()).contains("It waits for memory.");
    }

    /** So that a workload can be searched with and without each, and the sessions compared. */
    @ParameterizedTest
    @CsvSource({"false, false, draft refine", "true, false, plan draft refine", "false, true, draft critique refine",
            "true, true, plan draft critique refine"})
    void plannerAndCriticAreSwitchedOnAndOffByThemselves(boolean planner, boolean critic, String steps)
            throws IOException {
        Map<String, String> answers = Map.of("plan", "{\"ideas\": [{\"name\": \"rows\"}]}", "draft",
                Searches.right("a", 4000), "critique", "It waits for memory.", "refine", Searches.right("b", 6000));
        String relay = "\"relay:" + home.resolve("relay") + "\"";
        String settings = "\"planner\": " + (planner ? relay : "\"none\"") + ", \"critic\": "
                + (critic ? relay : "\"none\"") + ", \"population\": 1, \"restarts\": 0, \"refinements\": 0";
        Searches.run(generator(settings, Stream.of(steps.split(" ")).map(answers::get).toArray(String[]::new)),
                Searches.request(50));
        assertThat(steps()).containsExactly(steps.split(" "));
        assertThat(Searches.events(home, SessionEvent.Opened.class).getFirst().settings())
                .contains("planner=" + (planner ? "relay:" : "none"), "critic=" + (critic ? "relay:" : "none"));
    }

    @Test
    void whatTheTemplatesFoundIsTold() throws IOException {
        KernelGenerator.Search search = generator(ONE_LINE, Searches.right("a", 4000)).start(Searches.request(5));
        KernelSource template = new KernelSource("java-vector", "NANOS = 7000",
                dev.kernelwright.spi.KernelTemplate.parse("java-vector", "// @step run grid=1").plan(),
                Map.of("U", 4L));
        search.learn(template, Searches.judge(template));
        assertThat(search.next()).isPresent();
        assertThat(Searches.events(home, SessionEvent.Asked.class).getFirst().user()).contains(
                "found before this search", "{U=4}", "7.00 µs");
    }

    @Test
    void theFirstQuestionTellsTheBaselinesTimeWhichIsAskedForOnce() throws IOException {
        AtomicInteger measured = new AtomicInteger();
        LlmGenerator generator = generator(ONE_LINE, Searches.right("a", 4000), Searches.right("b", 3000));
        for (int process = 0; process < 2; process++) {
            KernelGenerator.Search search = generator.start(Searches.request(5));
            search.baseline(() -> {
                measured.incrementAndGet();
                return 12_340;
            });
            KernelSource source = search.next().orElseThrow();
            search.learn(source, Searches.judge(source));
        }
        assertThat(Searches.events(home, SessionEvent.Asked.class).getFirst().user())
                .contains("The baseline, plain and right, takes 12.34 µs a launch.");
        assertThat(measured).hasValue(1);
    }

    @Test
    void answersThatCannotBeUsedEndTheSearchInTime() throws IOException {
        LlmGenerator generator =
                generator("\"planner\": \"none\", \"population\": 16, \"restarts\": 16, \"repairs\": 0",
                        "no", "no", "", "```java\n", "no", "no", "no", "no");
        assertThatThrownBy(() -> Searches.run(generator, Searches.request(50)))
                .isInstanceOf(ModelUnavailableException.class).hasMessageContaining("6 answers in a row");
        assertThat(Searches.events(home, SessionEvent.Asked.class)).hasSize(6);
    }

    @Test
    void aSearchGoesOnAfterAKillAtAnyEventAndComesToTheSame(@TempDir Path whole) throws IOException {
        String settings = "\"population\": 2, \"refinements\": 1, \"restarts\": 1, \"points\": 2";
        String parameters = "Idea: p\n```java\n// @parameter NANOS 3000 2000\n// @step run grid=rows\n"
                + "static final int NANOS = 3000;\n```";
        String[] answers = {"{\"ideas\": [{\"name\": \"rows\"}]}", Searches.answer("a", "FAULT CRASHED"), parameters,
                "nothing", Searches.right("c", 6000), Searches.right("d", 1500), Searches.right("e", 1900),
                Searches.right("f", 1800), Searches.right("g", 1700), Searches.right("h", 1600),
                Searches.right("i", 1550), Searches.right("j", 900), Searches.right("k", 9000),
                Searches.right("l", 9100), Searches.right("m", 9200), Searches.right("n", 9300),
                Searches.right("o", 9400), Searches.right("p", 9500), Searches.right("q", 9600)};
        List<Judged> expected = Searches.run(generator(whole, settings, answers), Searches.request(100));
        List<String> lines = Files.readAllLines(Searches.log(whole));
        assertThat(lines).hasSizeGreaterThan(40);
        String name = Searches.log(whole).getFileName().toString();
        for (int kept = 1; kept <= lines.size(); kept++) {
            Path restarted = home.resolve(Integer.toString(kept));
            Files.createDirectories(restarted.resolve("sessions"));
            Path log = restarted.resolve("sessions").resolve(name);
            cut(log, kept, restarted, settings, answers);
            if (kept == lines.size()) {
                continue;
            }
            Searches.run(generator(restarted, settings, answers), Searches.request(100));
            assertThat(verdicts(log)).as("killed after event %d", kept).isEqualTo(verdicts(Searches.log(whole)));
        }
        assertThat(expected).isNotEmpty();
    }

    /** Runs a whole search in a folder and keeps the first events of its log, as a kill would have. */
    private static void cut(Path log, int kept, Path folder, String settings, String... answers) throws IOException {
        Files.deleteIfExists(log);
        Searches.run(generator(folder, settings, answers), Searches.request(100));
        List<String> lines = Files.readAllLines(log);
        Files.write(log, lines.subList(0, Math.min(kept, lines.size())));
    }

    private static List<String> verdicts(Path log) throws IOException {
        List<String> verdicts = new ArrayList<>();
        SessionSummary.of(SessionLog.read(log)).attempts().forEach(attempt -> verdicts.add(attempt.number() + " "
                + attempt.call() + " " + attempt.step() + attempt.line() + " " + attempt.parameters() + " "
                + attempt.verdict().reason() + " " + attempt.verdict().kernelNanos()));
        return verdicts;
    }

    @Test
    void whatAResumedSessionHadFoundIsJudgedAnew() throws IOException {
        LlmGenerator first = generator(ONE_LINE, Searches.right("a", 4000));
        assertThat(Searches.run(first, Searches.request(1))).hasSize(1);
        Path reply =
                home.resolve("relay").resolve(Searches.request(1).key().digest().substring(0, 12) + "-1-2.reply.md");
        Files.writeString(reply, Searches.right("b", 2000));
        List<Judged> judged = Searches.run(generator(ONE_LINE), Searches.request(2));
        assertThat(judged).extracting(each -> each.source().text().replaceAll("(?s).*NANOS = (\\d+).*", "$1"))
                .containsExactly("4000", "2000");
    }

    @Test
    void aCandidateThatEndsEveryProcessIsGivenUp() throws IOException {
        String[] answers = {Searches.right("fatal", 4000), Searches.right("harmless", 3000)};
        for (int process = 0; process < 3; process++) {
            assertThat(generator(ONE_LINE, answers).start(Searches.request(1)).next()).isPresent()
                    .hasValueSatisfying(source -> assertThat(source.text()).contains("NANOS = 4000"));
        }
        assertThat(generator(ONE_LINE, answers).start(Searches.request(1)).next())
                .hasValueSatisfying(source -> assertThat(source.text()).contains("NANOS = 3000"));
        assertThat(Searches.events(home, SessionEvent.Judged.class)).extracting(judged -> judged.verdict().reason())
                .containsExactly(ReasonCode.CRASHED);
    }

    @Test
    void aSearchOfOtherSettingsHasALogOfItsOwn() throws IOException {
        Searches.run(generator(ONE_LINE, Searches.right("a", 4000)), Searches.request(1));
        String session = Searches.request(1).key().digest().substring(0, 12) + "-2";
        Files.writeString(home.resolve("relay").resolve(session + "-1.reply.md"), Searches.right("a", 3000));
        assertThat(Searches.run(generator("\"planner\": \"none\", \"population\": 3"), Searches.request(1))).hasSize(1);
        assertThat(home.resolve("sessions").resolve(session + ".jsonl")).exists();
    }

    @Test
    void aTamperedLogIsNotContinuedAndNotOverwritten() throws IOException {
        Searches.run(generator(ONE_LINE, Searches.right("a", 4000)), Searches.request(1));
        Path log = Searches.log(home);
        String text = Files.readString(log).replace("NANOS = 4000", "NANOS = 4001");
        Files.writeString(log, text);
        LlmGenerator generator = generator(ONE_LINE);
        assertThatThrownBy(() -> generator.start(Searches.request(1))).isInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("was changed after it was written");
        assertThat(Files.readString(log)).isEqualTo(text);
    }

    @Test
    void aRelayWithoutAnAnswerIsPendingAndGoesOnWhenItIsThere() throws IOException {
        LlmGenerator generator = generator(ONE_LINE);
        assertThatThrownBy(() -> Searches.run(generator, Searches.request(1)))
                .isInstanceOf(ModelUnavailableException.class).hasMessageContaining("waits for its answer")
                .hasMessageContaining("-1-1.reply.md");
        Path request = home.resolve("relay").resolve(Searches.request(1).key().digest().substring(0, 12)
                + "-1-1.request.md");
        assertThat(request).content().startsWith("<!-- kernelwright request ").contains("rms_norm@1", "// @step");
        assertThat(Searches.run(generator(ONE_LINE, Searches.right("a", 4000)), Searches.request(1))).hasSize(1);
        assertThat(Searches.events(home, SessionEvent.Asked.class)).as("the question is not asked twice").hasSize(1);
    }

    @Test
    void anAnswerToAnotherQuestionIsRefused() throws IOException {
        LlmGenerator generator = generator(ONE_LINE, "<!-- kernelwright request 000000000000-7-3 -->\n"
                + Searches.right("a", 4000));
        assertThatThrownBy(() -> Searches.run(generator, Searches.request(1)))
                .isInstanceOf(ModelUnavailableException.class).hasMessageContaining("is one to the question")
                .hasMessageContaining("000000000000-7-3");
    }

    @Test
    void aRelayThatHoldsAnotherQuestionUnderTheNameIsRefused() throws IOException {
        LlmGenerator generator = generator(ONE_LINE, Searches.right("a", 4000));
        Files.writeString(home.resolve("relay").resolve(Searches.request(1).key().digest().substring(0, 12)
                + "-1-1.request.md"), "another");
        assertThatThrownBy(() -> Searches.run(generator, Searches.request(1)))
                .hasMessageContaining("belongs to another session");
    }

    @Test
    void theNotesOfASearchAreToldToTheNextOneAndCanBeLeftOut() throws IOException {
        Searches.run(generator(ONE_LINE + ", \"refinements\": 0", Searches.right("four sums", 4000),
                Searches.right("eight sums", 6000)), Searches.request(50));
        LlmGenerator next = generator(ONE_LINE + ", \"refinements\": 0");
        assertThatThrownBy(() -> Searches.run(next, Searches.request(50)))
                .isInstanceOf(ModelUnavailableException.class);
        Path second =
                home.resolve("sessions").resolve(Searches.request(1).key().digest().substring(0, 12) + "-2.jsonl");
        assertThat(prompt(second)).contains(
                "- rms_norm: four sums - right after 1 of 1 tries, 2.50 times the baseline at best\n",
                "- rms_norm: eight sums - right after 1 of 1 tries, 1.67 times the baseline at best, 2.50 before it\n");
        LlmGenerator without = generator(ONE_LINE + ", \"refinements\": 0, \"memory\": false");
        assertThatThrownBy(() -> Searches.run(without, Searches.request(50)))
                .isInstanceOf(ModelUnavailableException.class);
        Path third = home.resolve("sessions").resolve(Searches.request(1).key().digest().substring(0, 12) + "-3.jsonl");
        assertThat(prompt(third)).doesNotContain("four sums").contains("rms_norm@1");
    }

    private static String prompt(Path log) throws IOException {
        return SessionLog.read(log).stream().map(SessionLog.Entry::event).filter(SessionEvent.Asked.class::isInstance)
                .map(event -> ((SessionEvent.Asked) event).user()).findFirst().orElseThrow();
    }

    @Test
    void manyKeysWaitInOneRelayAtOnce() throws IOException {
        for (String text : List.of("softmax(rows=4,cols=64)", "add(n=64)", "gelu(n=64)")) {
            LlmGenerator generator = generator(ONE_LINE);
            dev.kernelwright.op.Workload workload = dev.kernelwright.op.standard.StandardOps.catalog().parse(text,
                    dev.kernelwright.tensor.DType.F32);
            TestBackend backend = TestBackend.plain();
            dev.kernelwright.spi.TuningRequest request = new dev.kernelwright.spi.TuningRequest(
                    dev.kernelwright.spi.KernelKey.of(workload, backend.target()), workload, backend, 1,
                    Optional.empty(),
                    Searches.request(3).budget(),
                    new dev.kernelwright.spi.Rooflines(Optional.empty()));
            assertThatThrownBy(() -> Searches.run(generator, request)).hasMessageContaining("waits for its answer");
        }
        try (java.util.stream.Stream<Path> files = Files.list(home.resolve("relay"))) {
            assertThat(files.filter(file -> file.toString().endsWith(".request.md"))).hasSize(3);
        }
    }

    @ParameterizedTest
    @CsvSource({"ACCEPTED, ACCEPTED, SAME", "ACCEPTED, NOT_FASTER, BY_TIME", "NOT_FASTER, FASTER_THAN_PHYSICS, BY_TIME",
            "TIMEOUT, ACCEPTED, BY_TIME", "TIMEOUT, WRONG_NUMERICS, BY_TIME", "ACCEPTED, TIMEOUT, UNDECIDED",
            "WRONG_NUMERICS, NO_MEMORY, UNDECIDED", "WRONG_NUMERICS, ACCEPTED, DIFFERENT",
            "NOT_FASTER, FORBIDDEN_MEMBER, DIFFERENT", "COMPILE_ERROR, INVALID_PLAN, DIFFERENT"})
    void aReplayTellsWhatIsAMatterOfTheDayFromWhatNoClockDecides(ReasonCode before, ReasonCode now,
            SessionReplay.Comparison comparison) {
        assertThat(new SessionReplay.Outcome(1, before, now).comparison()).isEqualTo(comparison);
    }

    @Test
    void aReplayProposesTheSameKernelsWithoutAModel() throws IOException {
        List<Judged> first = Searches.run(generator(ONE_LINE + ", \"refinements\": 0",
                Searches.answer("a", "FAULT COMPILE_ERROR"), Searches.right("a", 4000), Searches.right("b", 5000)),
                Searches.request(50));
        SessionReplay replay = SessionReplay.open(Searches.log(home));
        List<Judged> again = Searches.run(replay, Searches.request(50));
        assertThat(again).isEqualTo(first);
        assertThat(replay.outcomes()).hasSize(first.size())
                .allMatch(outcome -> outcome.comparison() == SessionReplay.Comparison.SAME);
        assertThat(ModelAddress.parse(replay.opened().model()).provider()).isEqualTo("relay");
    }
}
