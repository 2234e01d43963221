package dev.kernelwright.tuning.llm.model;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Which model is meant: {@code openai:NAME}, {@code anthropic:NAME}, {@code ollama:NAME} or {@code relay:DIR}; a name alone
 * is one of OpenAI's protocol, which vLLM, llama.cpp and others speak too.
 *
 * @param provider one of {@code openai}, {@code anthropic}, {@code ollama}, {@code relay}
 * @param name the model's name, or the relay's folder
 */
public record ModelAddress(String provider, String name) {
    /** Longer than any answer: {@link BoundedHttpClient} keeps the real limit. */
    private static final Duration NEVER = Duration.ofDays(1);
    private static final String OLLAMA_URL = "http://localhost:11434";

    /**
     * Reads an address.
     *
     * @throws IllegalArgumentException if it is none; one sentence with the cure
     */
    public static ModelAddress parse(String text) {
        int colon = text.indexOf(':');
        String provider = colon < 0 ? "openai" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String name = text.substring(colon + 1).strip();
        boolean known = switch (provider) {
            case "openai", "anthropic", "ollama", "relay" -> true;
            default -> false;
        };
        if (!known || name.isEmpty() || name.length() > 1024) {
            throw new IllegalArgumentException(
                    "the model '" + text + "' was asked for, which is no address of one: give"
                            + " openai:NAME, anthropic:NAME, ollama:NAME or relay:DIR");
        }
        return new ModelAddress(provider, name);
    }

    /**
     * Opens the model; nothing is sent yet.
     *
     * @param environment where keys and base URLs are looked up
     * @param relayWait how long a relay waits for a reply at most
     * @throws IllegalArgumentException if a key is missing or a base URL is none; one sentence with the cure
     */
    public LanguageModel open(Map<String, String> environment, Duration relayWait) {
        return switch (provider) {
            case "openai" -> openAi(environment);
            case "anthropic" -> anthropic(environment);
            case "ollama" -> ollama(environment);
            default -> relay(relayWait);
        };
    }

    private LanguageModel openAi(Map<String, String> environment) {
        String url = environment.getOrDefault("OPENAI_BASE_URL", "");
        String key = environment.getOrDefault("OPENAI_API_KEY", "");
        if (key.isBlank() && url.isBlank()) {
            throw missing("OPENAI_API_KEY", ", or OPENAI_BASE_URL to that of a server that needs none");
        }
        BoundedHttpClient http = new BoundedHttpClient(key);
        OpenAiChatModel.OpenAiChatModelBuilder builder = OpenAiChatModel.builder().httpClientBuilder(http.builder())
                .modelName(name).apiKey(key.isBlank() ? "none" : key).timeout(NEVER).maxRetries(0);
        if (!url.isBlank()) {
            builder.baseUrl(requireUrl("OPENAI_BASE_URL", url));
        }
        return chat(builder.build(), true, http);
    }

    private LanguageModel anthropic(Map<String, String> environment) {
        String key = environment.getOrDefault("ANTHROPIC_API_KEY", "");
        if (key.isBlank()) {
            throw missing("ANTHROPIC_API_KEY", "");
        }
        BoundedHttpClient http = new BoundedHttpClient(key);
        AnthropicChatModel.AnthropicChatModelBuilder builder = AnthropicChatModel.builder()
                .httpClientBuilder(http.builder()).modelName(name).apiKey(key).timeout(NEVER).maxRetries(0);
        String url = environment.getOrDefault("ANTHROPIC_BASE_URL", "");
        if (!url.isBlank()) {
            builder.baseUrl(requireUrl("ANTHROPIC_BASE_URL", url));
        }
        return chat(builder.build(), true, http);
    }

    private LanguageModel ollama(Map<String, String> environment) {
        BoundedHttpClient http = new BoundedHttpClient(null);
        OllamaChatModel.OllamaChatModelBuilder builder = OllamaChatModel.builder();
        builder.httpClientBuilder(http.builder()).modelName(name).timeout(NEVER)
                .baseUrl(requireUrl("OLLAMA_BASE_URL", environment.getOrDefault("OLLAMA_BASE_URL", OLLAMA_URL)));
        return chat(builder.maxRetries(0).build(), false, http);
    }

    private LanguageModel chat(ChatModel model, boolean paid, BoundedHttpClient http) {
        return new ChatLanguageModel(toString(), paid, model, http);
    }

    private LanguageModel relay(Duration wait) {
        try {
            return new RelayModel(Path.of(name).toAbsolutePath().normalize(), wait);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("the relay '" + name + "' was asked for, which is no folder's name: give"
                    + " relay:DIR", e);
        }
    }

    private IllegalArgumentException missing(String variable, String otherwise) {
        return new IllegalArgumentException("the model " + this + " was asked for, but " + variable
                + " is not set: set it to the provider's key" + otherwise);
    }

    private static String requireUrl(String variable, String url) {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new IllegalArgumentException(variable + " is set to what is no URL of a server: give one such as"
                + " https://host:8000/v1");
    }

    /** Returns the address as it is written; never holds a key. */
    @Override
    public String toString() {
        return provider + ":" + name;
    }
}
