package dev.kernelwright.samples.llama;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.TuningBudget;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Greedy decoding with a trained model prints what llama2.c prints, whichever kernels answer. */
class LlamaSampleTest {
    private static final String MODEL = "stories260K";
    private static final int STEPS = 256;
    private static final int OPS = 13;
    /**
     * One candidate, so that the test is short where the machine is idle, and time enough for it where it is busy:
     * what is to be seen here is a swap, not the best kernel.
     */
    private static final TuningBudget BUDGET = new TuningBudget(Duration.ofSeconds(60), 1);
    private static final Duration MAX_WAIT = Duration.ofMinutes(10);
    /** Leaves the processor to the tuner most of the time; a swap falls into a text all the same now and then. */
    private static final Duration BETWEEN_TEXTS = Duration.ofSeconds(5);

    @TempDir
    Path cache;

    private Checkpoint checkpoint;
    private Tokenizer tokenizer;
    private String expected;

    @BeforeEach
    void findModel() throws IOException {
        List<Path> places = places();
        Path folder = places.stream().filter(Files::isDirectory).findFirst().orElse(null);
        assumeTrue(folder != null, () -> "the model " + MODEL + " was looked for at " + places + " and is at none of"
                + " these: set KERNELWRIGHT_MODELS to the folder it is in");
        checkpoint = Checkpoint.load(folder.resolve("stories260K.bin"));
        tokenizer = Tokenizer.load(folder.resolve("tok512.bin"), checkpoint.shape().vocabSize());
        expected = Files.readString(folder.resolve("greedy-256.txt"));
    }

    /** The folder that was named, if one was; else those called shared/models beside a folder that this is in. */
    private static List<Path> places() {
        String named = System.getProperty("kernelwright.models", System.getenv("KERNELWRIGHT_MODELS"));
        if (named != null) {
            return List.of(Path.of(named, MODEL));
        }
        List<Path> places = new ArrayList<>();
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            places.add(folder.resolve("shared").resolve("models").resolve(MODEL));
        }
        return places;
    }

    @Test
    void baselinesPrintTheText() throws IOException {
        try (KernelStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = open(store, MissPolicy.BASELINE_ONLY);
                LlamaModel model = new LlamaModel(checkpoint, runtime, runtime.device("cpu"))) {
            assertThat(write(model)).isEqualTo(expected);

            assertThat(runtime.statistics().misses()).isEqualTo(OPS);
            assertThat(model.ops()).noneMatch(BoundOp::isTuned);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"opencl", "cuda"})
    void baselinesOfADeviceWithMemoryOfItsOwnPrintTheText(String device) throws IOException {
        try (KernelStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = openIfThere(device, store);
                LlamaModel model = new LlamaModel(checkpoint, runtime, runtime.device(device))) {
            assertThat(write(model)).isEqualTo(expected);
        }
    }

    private static ComputeRuntime openIfThere(String device, KernelStore store) {
        try {
            return ComputeRuntime.builder().devices(device).store(store).missPolicy(MissPolicy.BASELINE_ONLY).build();
        } catch (IllegalStateException e) {
            return Assumptions.abort("there is no such device here: " + e.getMessage());
        }
    }

    @Test
    void theTextStaysTheSameWhileKernelsAreSwappedInAndFromAWarmCache() throws IOException, InterruptedException {
        long tuned;
        try (KernelStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = open(store, MissPolicy.TUNE_ASYNC);
                LlamaModel model = new LlamaModel(checkpoint, runtime, runtime.device("cpu"))) {
            assertThat(write(model)).isEqualTo(expected);
            long deadline = System.nanoTime() + MAX_WAIT.toNanos();
            while (!runtime.awaitIdle(BETWEEN_TEXTS) && System.nanoTime() < deadline) {
                assertThat(write(model)).isEqualTo(expected);
            }
            assertThat(write(model)).isEqualTo(expected);

            assertThat(runtime.statistics().misses()).isEqualTo(OPS);
            assertThat(runtime.statistics().tuned()).isEqualTo(OPS);
            tuned = model.ops().stream().filter(BoundOp::isTuned).count();
            assertThat(tuned).as("kernels swapped in").isPositive();
        }
        try (KernelStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = open(store, MissPolicy.TUNE_ASYNC);
                LlamaModel model = new LlamaModel(checkpoint, runtime, runtime.device("cpu"))) {
            assertThat(write(model)).isEqualTo(expected);
            assertThat(runtime.awaitIdle(MAX_WAIT)).isTrue();
            assertThat(write(model)).isEqualTo(expected);

            assertThat(runtime.statistics().hits()).isEqualTo(OPS);
            assertThat(runtime.statistics().misses()).isZero();
            assertThat(runtime.statistics().tuned()).isZero();
            assertThat(model.ops().stream().filter(BoundOp::isTuned)).hasSize((int) tuned);
        }
    }

    private static ComputeRuntime open(KernelStore store, MissPolicy policy) {
        return ComputeRuntime.builder().devices("cpu").store(store).missPolicy(policy).tuningBudget(BUDGET).build();
    }

    private String write(LlamaModel model) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new GreedyDecoder(model, tokenizer).write("", STEPS, out);
        return out.toString(UTF_8);
    }
}
