package dev.kernelwright.tuning.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.llm.ScriptedServer.Turn;
import dev.kernelwright.tuning.llm.Searches.Judged;
import dev.kernelwright.tuning.llm.session.SessionEvent;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The loop through LangChain4j's own client, against a server that does everything that servers do. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ScriptedModelTest {
    private static final String ONE_LINE = "\"planner\": \"none\", \"population\": 1, \"restarts\": 0,"
            + " \"refinements\": 0";

    @TempDir
    private Path home;
    private final List<Duration> waits = new ArrayList<>();

    private LlmGenerator generator(ScriptedServer server, String settings) throws IOException {
        return generator(server.environment(), settings);
    }

    private LlmGenerator generator(Map<String, String> environment, String settings) throws IOException {
        Path file = home.resolve("agent.json");
        Files.createDirectories(home);
        Files.writeString(file, "{\"author\": \"openai:scripted\", " + settings + "}");
        return new LlmGenerator(AgentConfiguration.of(Optional.empty(), Optional.of(file)).settings(), environment,
                home,
                Optional.empty(), Clock.systemUTC(), waits::add);
    }

    @Test
    void aModelThatGetsBetterOverTheTurnsComesToARightKernel() throws IOException {
        List<Turn> turns = new ArrayList<>();
        for (ReasonCode reason : ReasonCode.values()) {
            if (reason != ReasonCode.ACCEPTED && reason != ReasonCode.NOT_FASTER) {
                turns.add(ScriptedServer.says(Searches.answer("step by step", "FAULT " + reason)));
            }
        }
        turns.add(ScriptedServer.says(Searches.right("step by step", 2000)));
        turns.add(ScriptedServer.says("I am done."));
        try (ScriptedServer server = new ScriptedServer(turns.toArray(Turn[]::new))) {
            List<Judged> judged = Searches.run(generator(server, ONE_LINE + ", \"repairs\": 16"), Searches.request(50));
            assertThat(judged).hasSize(turns.size() - 1);
            assertThat(judged.getLast().evaluation().reason()).isEqualTo(ReasonCode.ACCEPTED);
            for (int i = 1; i < judged.size(); i++) {
                assertThat(server.prompt(i)).as("the verdict before turn %d", i + 1)
                        .contains(judged.get(i - 1).evaluation().reason() + "", "FAULT");
            }
            assertThat(server.request(0).path("model").asText()).isEqualTo("scripted");
            assertThat(server.authorizations()).containsOnly("Bearer sk-canary-6f1d0c");
        }
    }

    @Test
    void answersInEveryBadFormAreCountedAndAskedForAgain() throws IOException {
        Turn right = ScriptedServer.says(Searches.right("a", 50));
        List<Turn> bad = List.of(ScriptedServer.says(""), ScriptedServer.says("I can't help with that."),
                ScriptedServer.says("```python\n# // @step\nprint(1)\n```"),
                ScriptedServer.says("```python\n// @step run grid=rows\n```"),
                ScriptedServer.says(Searches.right("a", 1) + Searches.right("b", 2)),
                ScriptedServer.says("```java\n// @step run grid=rows\nstatic void"),
                exchange -> ScriptedServer.body(exchange, 200, "{\"choices\": [{\"mess"),
                exchange -> ScriptedServer.body(exchange, 200, "<html>"),
                exchange -> ScriptedServer.body(exchange, 200, "{\"choices\": [{\"finish_reason\": \"content_filter\","
                        + " \"message\": {\"role\": \"assistant\", \"content\": null, \"refusal\": \"No.\"}}]}"),
                exchange -> ScriptedServer.body(exchange, 200, "{\"choices\": []}"),
                exchange -> ScriptedServer.body(exchange, 200, "{}"),
                ScriptedServer.says("x".repeat(10 << 20)),
                ScriptedServer.says(Searches.answer("a", "y".repeat(200_000))));
        for (int i = 0; i < bad.size(); i++) {
            Path own = home.resolve("bad" + i);
            try (ScriptedServer server = new ScriptedServer(bad.get(i), right)) {
                Path file = home.resolve("agent.json");
                Files.writeString(file, "{\"author\": \"openai:scripted\", " + ONE_LINE + "}");
                LlmGenerator generator = new LlmGenerator(AgentConfiguration.of(Optional.empty(), Optional.of(file))
                        .settings(), server.environment(), own, Optional.empty(), Clock.systemUTC(), waits::add);
                List<Judged> judged = Searches.run(generator, Searches.request(5));
                assertThat(judged).as("after bad answer %d", i).hasSize(1);
                assertThat(Searches.events(own, SessionEvent.Unusable.class)).as("bad answer %d", i).hasSize(1);
                assertThat(server.asked()).as("bad answer %d", i).isEqualTo(2);
            }
        }
        assertThat(waits).isEmpty();
    }

    @Test
    void aProviderThatIsBusyIsAskedAgainWhenItWants() throws IOException {
        Turn right = ScriptedServer.says(Searches.right("a", 50));
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status(429, "slow down", "Retry-After", "7"),
                ScriptedServer.status(429, "slow down"), ScriptedServer.status(500, "oops"), right)) {
            assertThat(Searches.run(generator(server, ONE_LINE), Searches.request(5))).hasSize(1);
            assertThat(server.asked()).isEqualTo(4);
        }
        assertThat(waits).hasSize(3);
        assertThat(waits.getFirst()).isEqualTo(Duration.ofSeconds(7));
        assertThat(waits.get(1)).isBetween(Duration.ofNanos(1), Duration.ofSeconds(4));
    }

    @Test
    void aProviderThatWantsAnHourIsNotWaitedFor() throws IOException {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status(429, "{}", "Retry-After", "3600"))) {
            LlmGenerator generator = generator(server, ONE_LINE);
            assertThatThrownBy(() -> Searches.run(generator, Searches.request(5)))
                    .isInstanceOf(ModelUnavailableException.class).hasMessageContaining("status 429");
            assertThat(server.asked()).isEqualTo(1);
        }
        assertThat(waits).isEmpty();
    }

    @Test
    void aProviderThatFailsForeverIsLeftAloneByTheNextSearchToo() throws IOException {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status(503, "down"))) {
            LlmGenerator generator = generator(server, ONE_LINE);
            for (int i = 0; i < 4; i++) {
                assertThatThrownBy(() -> Searches.run(generator, Searches.request(5)))
                        .isInstanceOf(ModelUnavailableException.class);
            }
            // Four tries of the first search, one of the second, then the circuit is open.
            assertThat(server.asked()).isEqualTo(5);
            assertThatThrownBy(() -> Searches.run(generator, Searches.request(5)))
                    .hasMessageContaining("5 times in a row");
        }
    }

    @Test
    void silenceAndASlowDripEndAtTheTimeOfACall() throws IOException {
        for (Turn turn : List.of(ScriptedServer.silent(), ScriptedServer.drips())) {
            try (ScriptedServer server = new ScriptedServer(turn)) {
                LlmGenerator generator = generator(server, ONE_LINE + ", \"callSeconds\": 0.5");
                long start = System.nanoTime();
                assertThatThrownBy(() -> Searches.run(generator, Searches.request(5)))
                        .hasMessageContaining("did not answer within");
                assertThat(Duration.ofNanos(System.nanoTime() - start)).as("four tries of half a second")
                        .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(10));
            }
            // Who may have worked on it may charge for it.
            assertThat(Files
                    .readString(home.resolve("spent-" + java.time.LocalDate.now(java.time.ZoneOffset.UTC) + ".txt")))
                    .doesNotContain("tokens=000000000000000000");
        }
    }

    @Test
    void aWrongKeyAnUnknownModelAndAnUnreachableHostAreOneSentenceEach() throws IOException {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status(401,
                "{\"error\": {\"message\": \"Incorrect API key provided: sk-canary-6f1d0c\"}}"))) {
            LlmGenerator generator = generator(server, ONE_LINE);
            assertThatThrownBy(() -> Searches.run(generator, Searches.request(5))).hasMessageContaining("status 401")
                    .hasMessageContaining("check the key").hasMessageNotContaining("canary");
            assertThat(server.asked()).isEqualTo(1);
        }
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.status(404, "{\"error\": \"no such model\"}"))) {
            LlmGenerator generator = generator(server, ONE_LINE);
            assertThatThrownBy(() -> Searches.run(generator, Searches.request(5))).hasMessageContaining("no such model")
                    .hasMessageContaining("check the model's name");
        }
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        LlmGenerator generator = generator(Map.of("OPENAI_BASE_URL", "http://127.0.0.1:" + free), ONE_LINE);
        assertThatThrownBy(() -> Searches.run(generator, Searches.request(5)))
                .hasMessageContaining("http://127.0.0.1:" + free).hasMessageContaining("could not be reached");
    }

    @Test
    void aRedirectIsNotFollowedSoTheKeyGoesNowhereElse() throws IOException {
        try (ScriptedServer other = new ScriptedServer(ScriptedServer.says(Searches.right("a", 50)));
                ScriptedServer server = new ScriptedServer(ScriptedServer.status(302, "", "Location", other.url()))) {
            LlmGenerator generator = generator(server, ONE_LINE);
            assertThatThrownBy(() -> Searches.run(generator, Searches.request(5))).hasMessageContaining("status 302");
            assertThat(other.asked()).isZero();
        }
    }

    @Test
    void tokensAndMoneyAreBookedAsTheProviderSaysButNeverMoreThanReserved() throws IOException {
        String prices = ONE_LINE + ", \"prices\": {\"openai:scripted\": {\"input\": 2, \"output\": 10}},"
                + " \"maxOutputTokens\": 1000, \"limits\": {\"key\": {\"dollars\": 1}}";
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.says(Searches.right("a", 3000), 1000, 100),
                ScriptedServer.says(Searches.right("b", 2000), 1_000_000_000, 1_000_000_000),
                ScriptedServer.says("done"))) {
            LlmGenerator generator = generator(server, prices);
            Searches.run(generator, Searches.request(2));
            List<SessionEvent.Answered> answered = Searches.events(home, SessionEvent.Answered.class);
            assertThat(answered.getFirst().microDollars()).isEqualTo(2 * 1000 + 10 * 100);
            assertThat(answered.getFirst().inputTokens()).isEqualTo(1000);
            assertThat(answered.get(1).outputTokens()).isEqualTo(1000);
            assertThat(generator.ledger().spent().microDollars()).isLessThan(1_000_000);
        }
    }

    @Test
    void aLimitOnDollarsEndsASearchBeforeItIsPassed() throws IOException {
        String prices = ONE_LINE + ", \"prices\": {\"openai:scripted\": {\"input\": 0, \"output\": 100}},"
                + " \"maxOutputTokens\": 1000, \"limits\": {\"key\": {\"dollars\": 0.25}}";
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.says(Searches.right("a", 3000), 10, 1000),
                ScriptedServer.says(Searches.right("b", 2000), 10, 1000),
                ScriptedServer.says(Searches.right("c", 1000), 10, 1000))) {
            assertThat(Searches.run(generator(server, prices), Searches.request(50))).hasSize(2);
            assertThat(server.asked()).isEqualTo(2);
        }
        assertThat(Searches.events(home, SessionEvent.Ended.class)).extracting(SessionEvent.Ended::reason)
                .allMatch(reason -> reason.contains("0.25 dollars for this key"));
    }

    @Test
    void aBudgetOfZeroAsksNobodyAndSaysSo() throws IOException {
        try (ScriptedServer server = new ScriptedServer(ScriptedServer.says("x"))) {
            LlmGenerator generator = generator(server, ONE_LINE + ", \"limits\": {\"process\": {\"calls\": 0}}");
            assertThatThrownBy(() -> Searches.run(generator, Searches.request(5)))
                    .hasMessageContaining("0 calls for this process");
            assertThat(server.asked()).isZero();
        }
    }

    @Test
    void aModelWithoutAPriceIsRefusedWhereMoneyIsLimited() throws IOException {
        for (String settings : List.of("\"limits\": {\"day\": {\"dollars\": 5}}",
                "\"prices\": {\"openai:another\": {\"input\": 1, \"output\": 1}}")) {
            assertThatThrownBy(() -> generator(Map.of("OPENAI_API_KEY", "k"), settings))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("openai:scripted")
                    .hasMessageContaining("add its price");
        }
    }

    @Test
    void ollamaIsAskedInItsOwnProtocol() throws IOException {
        Turn turn = exchange -> ScriptedServer.body(exchange, 200,
                new JsonMapper().writeValueAsString(Map.of("model", "q",
                        "created_at", "2026-11-22T00:00:00Z", "message", Map.of("role", "assistant", "content",
                                Searches.right("a", 50)),
                        "done", true, "prompt_eval_count", 11, "eval_count", 7)));
        try (ScriptedServer server = new ScriptedServer(turn)) {
            LlmSettings settings = AgentConfiguration.of(Optional.of("ollama:q"), Optional.empty()).settings();
            LlmGenerator generator = new LlmGenerator(settings, Map.of("OLLAMA_BASE_URL",
                    server.url().replace("/v1", "")), home, Optional.empty(), Clock.systemUTC(), waits::add);
            assertThat(Searches.run(generator, Searches.request(1))).hasSize(1);
            assertThat(server.request(0).path("model").asText()).isEqualTo("q");
            assertThat(server.authorizations()).containsOnly("null");
        }
        assertThat(Searches.events(home, SessionEvent.Answered.class).getFirst().outputTokens()).isEqualTo(7);
    }

    @Test
    void anthropicIsAskedInItsOwnProtocol() throws IOException {
        Turn turn = exchange -> ScriptedServer.body(exchange, 200,
                new JsonMapper().writeValueAsString(Map.of("id", "1", "type", "message", "role", "assistant", "model",
                        "c", "content", List.of(Map.of("type", "text", "text", Searches.right("a", 50))),
                        "stop_reason", "end_turn", "usage", Map.of("input_tokens", 11, "output_tokens", 7))));
        try (ScriptedServer server = new ScriptedServer(turn)) {
            LlmSettings settings = AgentConfiguration.of(Optional.of("anthropic:c"), Optional.of(
                    Files.writeString(home.resolve("agent.json"), "{\"planner\": \"none\"}"))).settings();
            LlmGenerator generator = new LlmGenerator(settings, Map.of("ANTHROPIC_BASE_URL", server.url(),
                    "ANTHROPIC_API_KEY", "sk-canary-6f1d0c"), home, Optional.empty(), Clock.systemUTC(), waits::add);
            assertThat(Searches.run(generator, Searches.request(1))).hasSize(1);
            assertThat(server.request(0).path("model").asText()).isEqualTo("c");
            assertThat(server.request(0).toString()).contains("rms_norm@1").doesNotContain("canary");
        }
        assertThat(Searches.events(home, SessionEvent.Answered.class).getFirst().outputTokens()).isEqualTo(7);
    }

    @Test
    void eachRoleIsAskedAtItsOwnModel() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.says("{\"ideas\": [{\"name\": \"rows\", \"sketch\": \"\"}]}"),
                ScriptedServer.says(Searches.right("rows", 4000)), ScriptedServer.says("It waits for memory."),
                ScriptedServer.says(Searches.right("rows", 6000)))) {
            LlmGenerator generator = generator(server, "\"planner\": \"openai:thinker\", \"critic\":"
                    + " \"openai:reviewer\", \"population\": 1, \"restarts\": 0, \"refinements\": 0");
            assertThat(Searches.run(generator, Searches.request(5))).hasSize(2);
            assertThat(List.of(0, 1, 2, 3)).extracting(i -> server.request(i).path("model").asText())
                    .containsExactly("thinker", "scripted", "reviewer", "scripted");
            assertThat(server.asked()).isEqualTo(4);
        }
    }

    @Test
    void aPlanIsAskedForWithItsSchemaAndAKernelIsNot() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.says("{\"ideas\": [{\"name\": \"rows\", \"sketch\": \"\"}]}"),
                ScriptedServer.says(Searches.right("rows", 50)))) {
            assertThat(Searches.run(generator(server, "\"population\": 1"), Searches.request(1))).hasSize(1);
            assertThat(server.request(0).at("/response_format/type").asText()).isEqualTo("json_schema");
            assertThat(server.request(0).at("/response_format/json_schema/schema/properties/ideas/type").asText())
                    .isEqualTo("array");
            assertThat(server.request(1).has("response_format")).isFalse();
        }
    }

    @Test
    void aProviderThatTakesNoSchemaIsAskedWithoutOne() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.status(400, "{\"error\": {\"message\": \"response_format is not supported\"}}"),
                ScriptedServer.says("{\"ideas\": [{\"name\": \"rows\", \"sketch\": \"\"}]}"),
                ScriptedServer.says(Searches.right("rows", 50)))) {
            assertThat(Searches.run(generator(server, "\"population\": 1"), Searches.request(1))).hasSize(1);
            assertThat(server.request(1).has("response_format")).isFalse();
            assertThat(server.prompt(1)).isEqualTo(server.prompt(0));
            assertThat(server.prompt(2)).contains("'rows'");
        }
    }

    @Test
    void theKeyIsInNothingThatIsWrittenOrSaid() throws IOException {
        try (ScriptedServer server = new ScriptedServer(
                ScriptedServer.says("Your key is sk-canary-6f1d0c? I was not told."),
                ScriptedServer.status(500, "Authorization: Bearer sk-canary-6f1d0c"),
                ScriptedServer.says(Searches.right("a", 50)))) {
            LlmGenerator generator = generator(server, ONE_LINE);
            List<Judged> judged = Searches.run(generator, Searches.request(5));
            assertThat(judged).hasSize(1);
            for (int i = 0; i < server.asked(); i++) {
                assertThat(server.prompt(i)).doesNotContain("canary");
            }
        }
        try (java.util.stream.Stream<Path> files = Files.walk(home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file);
                assertThat(text).as(file.toString()).doesNotContain("canary");
            }
        }
    }
}
