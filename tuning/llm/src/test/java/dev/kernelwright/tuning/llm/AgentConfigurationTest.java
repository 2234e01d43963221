package dev.kernelwright.tuning.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.kernelwright.spi.KernelGeneratorProvider;
import dev.kernelwright.tuning.llm.budget.BudgetLimits;
import dev.kernelwright.tuning.llm.model.ModelAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigurationTest {
    @TempDir
    private Path folder;

    private LlmSettings read(String json) throws IOException {
        Path file = folder.resolve("agent.json");
        Files.writeString(file, json);
        return AgentConfiguration.of(Optional.of("relay:x"), Optional.of(file)).settings();
    }

    @Test
    void everyMemberIsReadAndWhatIsLeftOutHasItsDefault() throws IOException {
        assertThat(read("{}")).isEqualTo(LlmSettings.of(ModelAddress.parse("relay:x")));
        LlmSettings settings = read("""
                {"author": "openai:ignored", "planner": "none", "critic": "ollama:q",
                 "limits": {"key": {"calls": 3, "dollars": 0.5, "seconds": 1.5}, "day": {"tokens": 7}},
                 "prices": {"openai:m": {"input": 1.25, "output": 10}}, "population": 4, "repairs": 5, "refinements": 6,
                 "restarts": 7, "points": 8, "roofFraction": 0.5, "maxPromptTokens": 9000, "maxOutputTokens": 999,
                 "callSeconds": 2.5, "relayWaitSeconds": 0, "memory": false, "retrieval": false}
                """);
        assertThat(settings.author()).isEqualTo(new ModelAddress("relay", "x"));
        assertThat(settings.planner()).isEmpty();
        assertThat(settings.critic()).contains(new ModelAddress("ollama", "q"));
        assertThat(settings.limits().perKey().calls()).isEqualTo(3);
        assertThat(settings.limits().perKey().microDollars()).isEqualTo(500_000);
        assertThat(settings.limits().perKey().millis()).isEqualTo(1500);
        assertThat(settings.limits().perKey().tokens()).isEqualTo(BudgetLimits.DEFAULT.perKey().tokens());
        assertThat(settings.limits().perDay().tokens()).isEqualTo(7);
        assertThat(settings.prices().require("openai:m").microDollars(1_000_000, 100_000)).isEqualTo(2_250_000);
        assertThat(settings.callTime()).isEqualTo(Duration.ofMillis(2500));
        assertThat(settings.relayWait()).isZero();
        assertThat(settings.memory() || settings.retrieval()).isFalse();
        assertThat(List.of(settings.population(), settings.repairs(), settings.refinements(), settings.restarts(),
                settings.points(), settings.maxPromptTokens(), settings.maxOutputTokens()))
                .containsExactly(4, 5, 6, 7, 8, 9000, 999);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            not json                                      | is no JSON
            []                                            | no JSON object
            {"model": "x"}                                | 'model'
            {"population": 0}                             | 0 was given for population
            {"population": 1.5}                           | whole number
            {"population": "2"}                           | give a number
            {"roofFraction": 2}                           | roofFraction of 2.0
            {"memory": 1}                                 | true or false
            {"planner": 5}                                | give a text
            {"planner": "nobody:x"}                       | 'nobody:x'
            {"limits": {"week": {}}}                      | 'week'
            {"limits": {"key": {"euros": 1}}}             | 'euros'
            {"limits": {"key": {"calls": -1}}}            | -1.0 calls
            {"prices": {"openai:m": {"input": 1}}}        | both must be numbers
            {"callSeconds": 0}                            | use positive ones
            {"callSeconds": -5}                           | 0 to 31536000
            {"points": 5, "points": 6}                    | is no JSON
            """)
    void whatCannotBeUsedIsOneSentence(String json, String named) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(named)
                .message().doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            openai:m    | -               | -      | OPENAI_API_KEY is not set
            m           | -               | -      | OPENAI_API_KEY is not set
            anthropic:m | -               | -      | ANTHROPIC_API_KEY is not set
            openai:m    | OPENAI_BASE_URL | nobody | OPENAI_BASE_URL is set to what is no URL
            openai:m    | OPENAI_BASE_URL | ftp://h| OPENAI_BASE_URL is set to what is no URL
            ollama:m    | OLLAMA_BASE_URL | ://    | OLLAMA_BASE_URL is set to what is no URL
            """)
    void aModelThatCannotBeOpenedSaysWhatIsMissing(String model, String variable, String value, String named) {
        Map<String, String> environment = variable == null ? Map.of() : Map.of(variable, value);
        LlmSettings settings = AgentConfiguration.of(Optional.of(model), Optional.empty()).settings();
        assertThatThrownBy(() -> new LlmGenerator(settings, environment, folder, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(named);
    }

    @Test
    void aModelHasToBeNamed() {
        assertThatThrownBy(() -> AgentConfiguration.of(Map.of())).hasMessageContaining("KERNELWRIGHT_MODEL");
        for (String text : List.of("", ":", "relay:", "gpt:x", "openai: ")) {
            assertThatThrownBy(() -> ModelAddress.parse(text)).as(text).hasMessageContaining("no address");
        }
        assertThat(ModelAddress.parse("gpt-5").toString()).isEqualTo("openai:gpt-5");
        assertThat(ModelAddress.parse("ollama:qwen3:4b").name()).isEqualTo("qwen3:4b");
    }

    @Test
    void theProviderIsFoundAndOffersNothingWhereNoModelIsNamed() {
        assumeThat(System.getenv("KERNELWRIGHT_MODEL")).as("KERNELWRIGHT_MODEL is not set here").isNull();
        List<KernelGeneratorProvider> found = ServiceLoader.load(KernelGeneratorProvider.class).stream()
                .map(ServiceLoader.Provider::get).toList();
        assertThat(found).hasExactlyElementsOfTypes(LlmGeneratorProvider.class);
        assertThat(found.getFirst().open()).isEmpty();
    }
}
