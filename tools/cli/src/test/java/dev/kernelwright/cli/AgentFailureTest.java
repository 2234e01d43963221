package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.KernelKey;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.spi.TuningRecord;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import dev.kernelwright.tuning.TemplateGenerator;
import dev.kernelwright.tuning.TuningEngine;
import dev.kernelwright.tuning.llm.AgentConfiguration;
import dev.kernelwright.tuning.llm.LlmGenerator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong with a model, the op answers, the templates are tried, and one sentence says what is wrong. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class AgentFailureTest {
    private static final Workload WORKLOAD = WorkloadParameter.parse("add(n=4096)", "f32");
    private static final String MODEL = "openai:m";

    @TempDir
    private Path folder;
    private final Queue<TuningRecord> records = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void prepareCache() throws IOException {
        MeasuredRoofline.putInto(folder.resolve("cache"));
    }

    private LlmGenerator generator(String model, String settings, String url) throws IOException {
        Path file = Files.writeString(folder.resolve("agent.json"), "{\"planner\": \"none\"" + settings + "}");
        return new LlmGenerator(AgentConfiguration.of(Optional.of(model), Optional.of(file)).settings(),
                Map.of("OPENAI_API_KEY", "k", "OPENAI_BASE_URL", url), folder.resolve("agent"), Optional.empty());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Binds the op with templates and the model as generators, calls it before and after, and returns its record. */
    private TuningRecord tuneWith(LlmGenerator model) throws Exception {
        try (DirectoryStore store = DirectoryStore.open(folder.resolve("cache"));
                TuningEngine tuner =
                        TuningEngine.builder().generators(List.of(new TemplateGenerator(), model)).build();
                ComputeRuntime runtime = ComputeRuntime.builder().devices("cpu").store(store).tuner(tuner)
                        .tuningBudget(new TuningBudget(Duration.ofSeconds(60), 2)).listener(event -> {
                            if (event instanceof RuntimeEvent.Tuned tuned) {
                                records.add(tuned.record());
                            }
                        }).build();
                BoundOp op = runtime.bind(WORKLOAD)) {
            requireAnswers(op);
            assertThat(runtime.awaitIdle(Duration.ofMinutes(2))).isTrue();
            requireAnswers(op);
        }
        assertThat(records).hasSize(1);
        assertThat(records.element().provenance()).as("a template was tried").containsEntry("candidates", "1");
        return records.element();
    }

    private static void requireAnswers(BoundOp op) {
        float[] a = new float[4096];
        float[] b = new float[4096];
        float[] sums = new float[4096];
        for (int i = 0; i < a.length; i++) {
            a[i] = i;
            b[i] = 0.5f * i;
            sums[i] = a[i] + b[i];
        }
        Tensor out = Tensor.allocate(DType.F32, 4096);
        op.invoke(Tensor.of(a, 4096), Tensor.of(b, 4096), out);
        assertThat(out.toFloatArray()).isEqualTo(sums);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            401 | check the key
            404 | check the model's name
            """)
    void aProviderThatRefuses(int status, String said) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = "{\"error\": {\"message\": \"no\"}}".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        try {
            TuningRecord record =
                    tuneWith(generator(MODEL, "", "http://127.0.0.1:" + server.getAddress().getPort() + "/v1"));
            assertThat(record.provenance().get("failed.llm")).contains("status " + status, said).doesNotContain("\n");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void aHostThatIsNotReached() throws Exception {
        TuningRecord record = tuneWith(generator(MODEL, "", "http://127.0.0.1:" + freePort()));
        assertThat(record.provenance().get("failed.llm")).contains("could not be reached").doesNotContain("\n");
    }

    @Test
    void aBudgetOfZero() throws Exception {
        TuningRecord record = tuneWith(generator(MODEL, ", \"limits\": {\"day\": {\"calls\": 0}}",
                "http://127.0.0.1:" + freePort()));
        assertThat(record.provenance().get("failed.llm")).contains("0 calls for this host and day")
                .doesNotContain("\n");
    }

    private String session() {
        try (ComputeRuntime runtime = ComputeRuntime.builder().devices("cpu").build()) {
            return KernelKey.of(WORKLOAD, runtime.devices().getFirst().target()).digest().substring(0, 12) + "-1";
        }
    }

    @Test
    void aReplyForAnotherSession() throws Exception {
        Path relay = Files.createDirectories(folder.resolve("relay"));
        Files.writeString(relay.resolve(session() + "-1.reply.md"),
                "<!-- kernelwright request 000000000000-1-1 -->\n" + AgentCommandTest.KERNEL);
        TuningRecord record = tuneWith(generator("relay:" + relay, ", \"relayWaitSeconds\": 0", "http://127.0.0.1"));
        assertThat(record.provenance().get("failed.llm"))
                .contains("is one to the question 000000000000-1-1", "put it there").doesNotContain("\n");
    }

    @Test
    void aSessionsLogThatWasTamperedWith() throws Exception {
        Path sessions = Files.createDirectories(folder.resolve("agent/sessions"));
        Path log = Files.writeString(sessions.resolve(session() + ".jsonl"),
                "{\"digest\":\"00\",\"entry\":{\"sequence\":1}}\n");
        TuningRecord record = tuneWith(generator("relay:" + folder.resolve("relay"), "", "http://127.0.0.1"));
        assertThat(record.provenance().get("failed.llm")).contains(log.getFileName().toString(), "line 1")
                .doesNotContain("\n");
        assertThat(log).as("is left as it is").content().contains("\"digest\":\"00\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            openai:m    | {}                                                   | OPENAI_API_KEY is not set
            anthropic:m | {}                                                   | ANTHROPIC_API_KEY is not set
            ollama:m    | {"limits": {"key": {"calls": -1}}}                   | -1.0 calls
            relay:x     | {"planner": "openai:m"}                              | OPENAI_API_KEY is not set
            anthropic:m | {"prices": {"anthropic:n": {"input": 1, "output": 1}}} | the price table has [anthropic:n]
            """)
    void whatIsWrongBeforeAnybodyIsAskedIsOneSentenceOfTheCommand(String model, String settings, String said)
            throws Exception {
        Path file = Files.writeString(folder.resolve("agent.json"), settings);
        List<String> lines = said(2, keys(said), SecondJvm.arguments(List.of(), "tune", "add(n=64)", "--device", "cpu",
                "--model", model, "--agent-config", file.toString(), "--cache", folder.resolve("cache").toString()));
        assertThat(lines).hasSize(1).first().asString().startsWith("kernelwright: ").contains(said);
    }

    /** Without a command, the templates go on and the log has the sentence. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            openai:m    | {}                                                   | OPENAI_API_KEY is not set
            anthropic:m | {"prices": {"anthropic:n": {"input": 1, "output": 1}}} | the price table has [anthropic:n]
            """)
    void anApplicationWhoseModelCannotBeOpenedIsAnsweredAndItsOpsAreTuned(String model, String settings, String said)
            throws Exception {
        Map<String, String> environment = new HashMap<>(keys(said));
        environment.put(AgentConfiguration.MODEL, model);
        environment.put(AgentConfiguration.FILE,
                Files.writeString(folder.resolve("agent.json"), settings).toString());
        environment.put(AgentConfiguration.HOME, folder.resolve("agent").toString());
        environment.put("KERNELWRIGHT_CACHE", folder.resolve("cache").toString());
        Path tried = folder.resolve("tried");
        List<String> lines =
                said(0, environment, SecondJvm.arguments(Application.class, List.of(), tried.toString()));
        assertThat(lines).filteredOn(line -> line.contains("Tuning goes on with templates alone")).singleElement()
                .asString().contains(said);
        assertThat(tried).hasContent("1");
    }

    /** A program that finds its tuner on the class path; says in a file how many candidates were tried. */
    static final class Application {
        private Application() {}

        public static void main(String[] arguments) throws Exception {
            Queue<TuningRecord> tuned = new ConcurrentLinkedQueue<>();
            try (ComputeRuntime runtime = ComputeRuntime.builder().devices("cpu")
                    .tuningBudget(new TuningBudget(Duration.ofSeconds(60), 1)).listener(event -> {
                        if (event instanceof RuntimeEvent.Tuned each) {
                            tuned.add(each.record());
                        }
                    }).build(); BoundOp op = runtime.bind(WORKLOAD)) {
                requireAnswers(op);
                runtime.awaitIdle(Duration.ofMinutes(2));
                requireAnswers(op);
            }
            Files.writeString(Path.of(arguments[0]), tuned.element().provenance().get("candidates"));
        }
    }

    /** Returns the keys that are there: all where another thing is wrong than that one is missing. */
    private static Map<String, String> keys(String said) {
        return said.contains("_API_KEY") ? Map.of() : Map.of("ANTHROPIC_API_KEY", "k");
    }

    private List<String> said(int exit, Map<String, String> environment, List<String> arguments) throws Exception {
        List<String> line = new ArrayList<>(arguments);
        line.addFirst(SecondJvm.JAVA);
        ProcessBuilder builder =
                new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile());
        builder.environment().keySet().removeIf(name -> name.endsWith("_API_KEY") || name.endsWith("_BASE_URL"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(170, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(folder.resolve("said"))).isEqualTo(exit);
        return Files.readAllLines(folder.resolve("said")).stream()
                .filter(each -> !each.startsWith("WARNING: Using incubator modules")).toList();
    }
}
