package dev.kernelwright.tuning.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on the loopback that speaks OpenAI's protocol and answers by a script; the last turn is repeated. */
final class ScriptedServer implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Turn> turns;
    private final AtomicInteger next = new AtomicInteger();
    private final List<JsonNode> requests = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();

    /** One answer. */
    @FunctionalInterface
    interface Turn {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    ScriptedServer(Turn... turns) throws IOException {
        this.turns = List.of(turns);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Answers with a text and a count of tokens. */
    static Turn says(String text) {
        return says(text, 100, 50);
    }

    static Turn says(String text, long inputTokens, long outputTokens) {
        return exchange -> body(exchange, 200, MAPPER.writeValueAsString(Map.of("id", "1", "object", "chat.completion",
                "model", "scripted", "choices", List.of(Map.of("index", 0, "finish_reason", "stop", "message",
                        Map.of("role", "assistant", "content", text))),
                "usage", Map.of("prompt_tokens", inputTokens, "completion_tokens", outputTokens, "total_tokens",
                        inputTokens + outputTokens))));
    }

    static Turn status(int status, String body, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            body(exchange, status, body);
        };
    }

    /** Sends a byte now and then, for ever. */
    static Turn drips() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(' ');
                    out.flush();
                    Thread.sleep(20);
                }
            }
        };
    }

    static Turn silent() {
        return exchange -> Thread.sleep(600_000);
    }

    static void body(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            requests.add(MAPPER.readTree(body));
            authorizations.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            int turn = Math.min(next.getAndIncrement(), turns.size() - 1);
            turns.get(turn).answer(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Returns an environment that points here, with a key. */
    Map<String, String> environment() {
        return Map.of("OPENAI_BASE_URL", url(), "OPENAI_API_KEY", "sk-canary-6f1d0c");
    }

    int asked() {
        return requests.size();
    }

    /** Returns what the model was told in a request, both texts. */
    String prompt(int request) {
        StringBuilder text = new StringBuilder();
        requests.get(request).path("messages").forEach(message -> text.append(message.path("content").isArray()
                ? message.path("content").path(0).path("text").asText()
                : message.path("content").asText()).append("\n\n"));
        return text.toString();
    }

    JsonNode request(int number) {
        return requests.get(number);
    }

    List<String> authorizations() {
        return authorizations;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
