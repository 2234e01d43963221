package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kernelwright.cli.output.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A key that nobody has seen before is looked for everywhere after a model has written a kernel with it. */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class KeyCanaryTest {
    private static final String CANARY = "sk-canary-9b2e41";

    @TempDir
    private Path folder;
    private final CompletableFuture<Process> command = new CompletableFuture<>();
    private final List<String> prompts = new CopyOnWriteArrayList<>();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private final List<String> children = new CopyOnWriteArrayList<>();

    @BeforeEach
    void prepareCache() throws IOException {
        MeasuredRoofline.putInto(folder.resolve("cache"));
    }

    /** Answers with a kernel, then as servers that give away what they were told, while the trial worker is there. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            prompts.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
            switch (prompts.size()) {
                case 1 -> send(exchange, 200, chat(AgentCommandTest.KERNEL));
                case 2 -> {
                    for (ProcessHandle child : command.join().descendants().toList()) {
                        children.add(told(child));
                    }
                    send(exchange, 500, "Authorization: Bearer " + CANARY);
                }
                default -> send(exchange, 200, chat("Your key is " + CANARY + "."));
            }
        }
    }

    private static String chat(String text) {
        ObjectNode answer = Json.object();
        answer.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop").putObject("message")
                .put("role", "assistant").put("content", text);
        return answer.toString();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Returns the command line and the environment of a process. */
    private static String told(ProcessHandle process) throws IOException {
        Path files = Path.of("/proc", Long.toString(process.pid()));
        return Files.readString(files.resolve("cmdline"), StandardCharsets.ISO_8859_1) + "\n"
                + Files.readString(files.resolve("environ"), StandardCharsets.ISO_8859_1);
    }

    @Test
    void aProvidersKeyIsInItsHeaderAndInNoLogRecordPromptOrChildProcess() throws Exception {
        assumeThat(Path.of("/proc/self/environ")).as("where the environment of a process can be read").exists();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        Path said = folder.resolve("said.txt");
        Path configuration = Files.writeString(folder.resolve("agent.json"), "{\"planner\": \"none\","
                + " \"population\": 1, \"restarts\": 0, \"refinements\": 0, \"repairs\": 0}");
        Path cache = folder.resolve("cache");
        List<String> line = new ArrayList<>(List.of(SecondJvm.JAVA));
        line.addAll(SecondJvm.arguments(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=trace"), "tune",
                "add(n=4096)", "--device", "cpu", "--generator", "llm", "--model", "openai:scripted", "--agent-config",
                configuration.toString(), "--cache", cache.toString(), "--budget", "90s"));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().putAll(Map.of("OPENAI_API_KEY", CANARY, "ANTHROPIC_API_KEY", CANARY, "OPENAI_BASE_URL",
                "http://127.0.0.1:" + server.getAddress().getPort() + "/v1"));
        Process process = builder.start();
        try {
            command.complete(process);
            assertThat(told(process.toHandle())).as("what this test can see").contains(CANARY);
            assertThat(process.waitFor(200, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
            server.stop(0);
        }
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        assertThat(authorizations).hasSize(3).containsOnly("Bearer " + CANARY);
        assertThat(children).isNotEmpty().noneMatch(told -> told.contains("canary"));
        assertThat(prompts).hasSize(3).noneMatch(prompt -> prompt.contains("canary"));
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> written = files.filter(Files::isRegularFile).toList();
            assertThat(written).extracting(file -> folder.relativize(file).toString()).contains("said.txt")
                    .anyMatch(name -> name.endsWith(".jsonl"));
            for (Path file : written) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).as(file.toString())
                        .doesNotContain("canary");
            }
        }
    }
}
