package dev.kernelwright.cli;

import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.cli.output.Console;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.server.transport.StdioServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Offers the workbench to coding agents: a server of the Model Context Protocol on standard input and output. */
@Command(name = "mcp",
        description = "Let a coding agent write kernels: a Model Context Protocol server on standard input"
                + " and output.",
        footer = {"",
                "It offers describe_workload, compile, verify, benchmark, submit and best_so_far, and ends with its input.",
                "Exit codes: 0 the input has ended, 2 bad usage or input."})
final class McpCommand implements Callable<Integer> {
    private static final String WORKLOAD = "an op with its axes and attributes, such as rms_norm(rows=64,cols=4096)";
    private static final String SOURCE = "the whole file, with its // @step lines, as describe_workload says";

    private final Console console;
    private final InputStream input;

    @Mixin
    private final DeviceOptions device = new DeviceOptions();
    @Mixin
    private final CacheOptions cache = new CacheOptions();

    @Option(names = "--attempts", paramLabel = "N", defaultValue = "200",
            description = "How many kernels may be judged or submitted in all. Default: ${DEFAULT-VALUE}.")
    private int attempts;
    @Option(names = "--time", paramLabel = "TIME", defaultValue = "1h", converter = BudgetOptions.TimeConverter.class,
            description = "How long judging them may take in all: a number with ms, s, m or h. Default: ${DEFAULT-VALUE}.")
    private Duration time = Duration.ZERO;

    McpCommand(Console console, InputStream input) {
        this.console = console;
        this.input = input;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (attempts < 1) {
            throw new InputException(attempts + " attempts were allowed: allow at least 1");
        }
        CountDownLatch end = new CountDownLatch(1);
        try (DirectoryStore store = cache.open();
                OpenBackend open = device.openBackend();
                Workbench workbench = new Workbench(open.backend(), device.threads(), store, attempts, time)) {
            McpJsonMapper mapper = McpJsonDefaults.getMapper();
            McpSyncServer server = McpServer
                    .sync(new StdioServerTransportProvider(mapper, new Ending(input, end), console.out()))
                    .serverInfo("kernelwright", "1")
                    .instructions("Write kernels for " + open.backend().device().name()
                            + ": ask describe_workload first."
                            + " The machine judges each kernel in a process of its own; only what it finds right and faster"
                            + " is stored.")
                    .capabilities(ServerCapabilities.builder().tools(false).build())
                    .toolCall(
                            tool("describe_workload", "Say what is to be computed and how kernels are written for it.",
                                    false),
                            handler(workbench::describe))
                    .toolCall(tool("compile", "Compile and screen a kernel.", true), handler(workbench::compile))
                    .toolCall(
                            tool("verify", "Say whether a kernel's results are right, on inputs nobody has seen.",
                                    true),
                            handler(workbench::verify))
                    .toolCall(tool("benchmark", "Verify a kernel and time it against the baseline.", true),
                            handler(workbench::benchmark))
                    .toolCall(
                            tool("submit", "Search the parameters of a kernel, confirm the best in a fresh process, and"
                                    + " store it if it is right and faster than what is stored.", true),
                            handler(workbench::submit))
                    .toolCall(tool("best_so_far", "Show the stored kernel.", false), handler(workbench::best))
                    .build();
            end.await();
            server.closeGracefully();
        }
        return ExitCode.SUCCESS;
    }

    private static Tool tool(String name, String description, boolean source) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("workload", Map.of("type", "string", "description", WORKLOAD));
        properties.put("dtype", Map.of("type", "string", "description", "the element type; f32 if left out"));
        if (source) {
            properties.put("source", Map.of("type", "string", "description", SOURCE));
        }
        Map<String, Object> schema = new HashMap<>();
        schema.put("type", "object");
        schema.put("properties", properties);
        schema.put("required", source ? List.of("workload", "source") : List.of("workload"));
        return Tool.builder(name, schema).description(description).build();
    }

    private static BiFunction<McpSyncServerExchange, CallToolRequest, CallToolResult> handler(
            Function<Map<String, Object>, String> work) {
        return (exchange, request) -> {
            try {
                return CallToolResult.builder().addTextContent(work.apply(request.arguments())).isError(false).build();
            } catch (InputException e) {
                return CallToolResult.builder().addTextContent(String.valueOf(e.getMessage())).isError(true).build();
            }
        };
    }

    /** Says when its end has been read. */
    private static final class Ending extends FilterInputStream {
        private final CountDownLatch end;

        Ending(InputStream in, CountDownLatch end) {
            super(in);
            this.end = end;
        }

        @Override
        public int read() throws IOException {
            return seen(super.read());
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return seen(super.read(bytes, offset, length));
        }

        private int seen(int result) {
            if (result < 0) {
                end.countDown();
            }
            return result;
        }
    }
}
