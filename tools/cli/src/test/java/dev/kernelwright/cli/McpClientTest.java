package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client of the protocol's own SDK uses every tool of {@code kernelwright mcp}, started as an agent starts it. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class McpClientTest {
    private static final String WORKLOAD = "add(n=65536)";

    @TempDir
    private Path folder;

    @BeforeEach
    void prepareCache() throws IOException {
        MeasuredRoofline.putInto(folder.resolve("cache"));
    }

    private McpSyncClient client(String... more) {
        List<String> arguments = SecondJvm.arguments(List.of(), "mcp", "--cache", folder.resolve("cache").toString(),
                "--device", "cpu");
        arguments.addAll(List.of(more));
        McpSyncClient client = McpClient.sync(new StdioClientTransport(
                ServerParameters.builder(SecondJvm.JAVA).args(arguments).build(), McpJsonDefaults.getMapper()))
                .requestTimeout(Duration.ofMinutes(2)).initializationTimeout(Duration.ofMinutes(1)).build();
        client.initialize();
        return client;
    }

    private static CallToolResult call(McpSyncClient client, String tool, Map<String, Object> arguments) {
        return client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getFirst()).text();
    }

    private static String kernel() throws IOException {
        return Files.readString(
                Path.of("../../backend-cpu-vector/src/main/resources/dev/kernelwright/backend/cpu/templates/add.java"));
    }

    @Test
    void allSixToolsAnswer() throws IOException {
        try (McpSyncClient client = client()) {
            assertThat(client.listTools().tools()).extracting(Tool::name).containsExactlyInAnyOrder(
                    "describe_workload", "compile", "verify", "benchmark", "submit", "best_so_far");
            Map<String, Object> workload = Map.of("workload", WORKLOAD);
            Map<String, Object> right = Map.of("workload", WORKLOAD, "source", kernel());
            Map<String, Object> wrong = Map.of("workload", WORKLOAD, "source", kernel().replace(".add(", ".sub("));
            assertThat(text(call(client, "describe_workload", workload))).contains("add@1", "// @step", "floor is");
            assertThat(text(call(client, "compile", right))).startsWith("it compiles");
            assertThat(text(call(client, "verify", right))).startsWith("right; the largest error is");
            assertThat(text(call(client, "verify", wrong))).startsWith("WRONG_NUMERICS");
            assertThat(text(call(client, "benchmark", right))).matches("(?s)(ACCEPTED|NOT_FASTER): right.*floor is.*");
            assertThat(text(call(client, "benchmark", wrong))).startsWith("WRONG_NUMERICS");
            assertThat(text(call(client, "submit", wrong))).startsWith("not stored: WRONG_NUMERICS");
            assertThat(text(call(client, "best_so_far", workload))).startsWith("nothing is stored");
            assertThat(text(call(client, "submit", right))).contains("stored as");
            assertThat(text(call(client, "best_so_far", workload))).startsWith("a tuned kernel").contains("// @step");
        }
    }

    @Test
    void whatIsMissingIsSaidAndTheBudgetEndsWhatMayBeTried() throws IOException {
        Map<String, Object> right = Map.of("workload", "add(n=64)", "source", kernel());
        try (McpSyncClient client = client("--attempts", "1")) {
            CallToolResult missing = call(client, "verify", Map.of("workload", "nosuch(n=1)", "source", kernel()));
            assertThat(missing.isError()).isTrue();
            assertThat(text(missing)).contains("nosuch");
            assertThat(call(client, "verify", right).isError()).isFalse();
            for (String tool : List.of("verify", "benchmark", "submit")) {
                CallToolResult beyond = call(client, tool, right);
                assertThat(beyond.isError()).as(tool).isTrue();
                assertThat(text(beyond)).as(tool).contains("the budget of 1 attempts");
            }
        }
    }
}
