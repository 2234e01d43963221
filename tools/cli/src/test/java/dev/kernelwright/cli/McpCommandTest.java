package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.kernelwright.cli.output.Console;
import dev.kernelwright.cli.output.Json;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A client of the Model Context Protocol, line by line, against the command in this JVM. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class McpCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void prepareCache() throws IOException {
        MeasuredRoofline.putInto(folder.resolve("cache"));
    }

    /** The command with its ends. */
    private static final class Server implements AutoCloseable {
        private final PipedOutputStream toServer = new PipedOutputStream();
        private final BufferedReader fromServer;
        private final CompletableFuture<Integer> exit;
        private int next;

        Server(String... arguments) throws IOException {
            PipedInputStream input = new PipedInputStream(toServer, 1 << 20);
            PipedInputStream output = new PipedInputStream(1 << 20);
            PrintStream out = new PrintStream(new PipedOutputStream(output), true, StandardCharsets.UTF_8);
            Console console =
                    new Console(out, new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                            false);
            fromServer = new BufferedReader(new InputStreamReader(output, StandardCharsets.UTF_8));
            exit = CompletableFuture.supplyAsync(
                    () -> new CommandLine(new McpCommand(console, input)).execute(arguments));
            call("initialize", Json.object().put("protocolVersion", "2025-06-18").<ObjectNode>set("capabilities",
                    Json.object()).set("clientInfo", Json.object().put("name", "test").put("version", "1")));
            send(Json.object().put("jsonrpc", "2.0").put("method", "notifications/initialized"));
        }

        private void send(ObjectNode message) throws IOException {
            toServer.write((message.toString() + "\n").getBytes(StandardCharsets.UTF_8));
            toServer.flush();
        }

        JsonNode call(String method, JsonNode parameters) throws IOException {
            int id = ++next;
            ObjectNode message = Json.object().put("jsonrpc", "2.0").put("id", id).put("method", method);
            message.set("params", parameters);
            send(message);
            while (true) {
                JsonNode answer = Json.read(fromServer.readLine());
                if (answer.path("id").asInt() == id) {
                    return answer;
                }
            }
        }

        JsonNode tool(String name, String... arguments) throws IOException {
            ObjectNode given = Json.object();
            for (int i = 0; i < arguments.length; i += 2) {
                given.put(arguments[i], arguments[i + 1]);
            }
            return call("tools/call", Json.object().put("name", name).<ObjectNode>set("arguments", given))
                    .path("result");
        }

        String text(String name, String... arguments) throws IOException {
            return tool(name, arguments).at("/content/0/text").asText();
        }

        @Override
        public void close() throws IOException {
            toServer.close();
            assertThat(exit.orTimeout(60, TimeUnit.SECONDS).join()).isZero();
        }
    }

    private static String kernel() throws IOException {
        return Files.readString(
                Path.of("../../backend-cpu-vector/src/main/resources/dev/kernelwright/backend/cpu/templates/add.java"));
    }

    @Test
    void anAgentIsToldTriesIsJudgedAndSubmits() throws Exception {
        String workload = "add(n=65536)";
        try (Server server = new Server("--cache", folder.resolve("cache").toString(), "--device", "cpu")) {
            assertThat(server.call("tools/list", Json.object()).at("/result/tools").findValuesAsText("name"))
                    .contains("describe_workload", "compile", "verify", "benchmark", "submit", "best_so_far");
            assertThat(server.text("describe_workload", "workload", workload)).contains("add@1", "// @step",
                    "floor is");
            assertThat(server.text("best_so_far", "workload", workload)).contains("nothing is stored");
            assertThat(server.text("compile", "workload", workload, "source", kernel())).startsWith("it compiles");
            assertThat(server.text("compile", "workload", workload, "source", kernel().replace("static void", "void")))
                    .contains("FORBIDDEN_MEMBER");
            String broken = kernel().replace("int whole =", "int whole ==");
            assertThat(server.text("compile", "workload", workload, "source", broken)).contains("COMPILE_ERROR");
            assertThat(server.text("compile", "workload", workload, "source",
                    kernel().replace("int block,", "int block, long extra,"))).contains("INVALID_PLAN");
            assertThat(server.text("verify", "workload", workload, "source", kernel().replace(".add(", ".sub(")))
                    .contains("WRONG_NUMERICS", "times as far off as allowed").doesNotContain("expected");
            assertThat(server.text("submit", "workload", workload, "source", kernel().replace(".add(", ".sub(")))
                    .contains("not stored").contains("WRONG_NUMERICS").doesNotContain("expected");
            assertThat(server.text("best_so_far", "workload", workload)).contains("nothing is stored");
            String submitted = server.text("submit", "workload", workload, "source", kernel());
            assertThat(submitted).contains("stored as");
            assertThat(server.text("best_so_far", "workload", workload)).contains("a tuned kernel", "// @step");

            JsonNode bad = server.tool("verify", "workload", "nosuch(n=1)", "source", "x");
            assertThat(bad.path("isError").asBoolean()).isTrue();
            assertThat(bad.at("/content/0/text").asText()).contains("nosuch");
            assertThat(server.text("verify", "workload", workload, "source", "no kernel")).contains("cannot be read");
        }
    }

    @Test
    void theBudgetEndsWhatAnAgentMayTry() throws Exception {
        try (Server server = new Server("--cache", folder.resolve("cache").toString(), "--device", "cpu", "--attempts",
                "1")) {
            String forbidden = kernel().replace("int count =", "System.exit(1); int count =");
            assertThat(server.text("verify", "workload", "add(n=64)", "source", forbidden)).doesNotContain("budget");
            JsonNode second = server.tool("verify", "workload", "add(n=64)", "source", forbidden);
            assertThat(second.path("isError").asBoolean()).isTrue();
            assertThat(second.at("/content/0/text").asText()).contains("the budget of 1 attempts");
        }
    }

    @Test
    void compilingTakesTimeFromTheBudgetAndNoAttempt() throws Exception {
        try (Server server = new Server("--cache", folder.resolve("cache").toString(), "--device", "cpu", "--attempts",
                "1", "--time", "1ms")) {
            assertThat(server.text("compile", "workload", "add(n=64)", "source", kernel())).startsWith("it compiles");
            for (String tool : List.of("compile", "verify")) {
                JsonNode beyond = server.tool(tool, "workload", "add(n=64)", "source", kernel());
                assertThat(beyond.path("isError").asBoolean()).as(tool).isTrue();
                assertThat(beyond.at("/content/0/text").asText()).as(tool).contains("the budget of 1 attempts and 0 s");
            }
        }
    }
}
