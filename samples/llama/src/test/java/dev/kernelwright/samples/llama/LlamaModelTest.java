package dev.kernelwright.samples.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.cache.DirectoryStore;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forward pass against {@link ScalarLlama}. */
class LlamaModelTest {
    private static final ModelShape TINY = new ModelShape(8, 12, 1, 2, 2, 11, 6, true);
    private static final ModelShape GROUPED = new ModelShape(24, 20, 3, 6, 2, 17, 9, false);

    /**
     * Logits here are about 1, and each is the end of some hundred roundings of 6e-8, which mostly cancel; a head that
     * is mixed up or a position that is off by one changes them by more than 0.01.
     */
    private static final double TOLERANCE = 2e-5;

    private static final int TOKENS = 2_000;
    /** HotSpot removes the last allocations when it compiles for good, which takes a second on an idle machine. */
    private static final Duration MAX_COMPILING = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private DirectoryStore store;
    private ComputeRuntime runtime;

    @BeforeEach
    void openRuntime() throws IOException {
        store = DirectoryStore.open(folder.resolve("cache"));
        runtime = ComputeRuntime.builder().devices("cpu").store(store).missPolicy(MissPolicy.BASELINE_ONLY).build();
    }

    @AfterEach
    void closeRuntime() {
        runtime.close();
        store.close();
    }

    @Test
    void logitsOfASmallModelAreThoseOfAScalarForwardPass() throws IOException {
        assertLogitsMatch(new SyntheticModel(TINY, 1), 1, 7, 3, 3, 10, 0);
    }

    @Test
    void logitsOfAModelWithGroupedHeadsAndItsOwnClassifierAreThoseOfAScalarForwardPass() throws IOException {
        assertLogitsMatch(new SyntheticModel(GROUPED, 2), 1, 16, 0, 5, 5, 9, 2, 13, 8);
    }

    @Test
    void aSecondTextIsNotInfluencedByTheFirst() throws IOException {
        SyntheticModel synthetic = new SyntheticModel(TINY, 3);
        try (LlamaModel model = load(synthetic)) {
            forward(model, 1, 9, 9, 9, 9, 9);
            forward(model, 1, 2, 3);

            assertLogits(model, new ScalarLlama(synthetic).logits(1, 2, 3));
        }
    }

    @Test
    void theLikeliestTokenIsTheOneWithTheGreatestLogit() throws IOException {
        SyntheticModel synthetic = new SyntheticModel(GROUPED, 4);
        double[] logits = new ScalarLlama(synthetic).logits(1, 12);
        int greatest = IntStream.range(0, logits.length).reduce(0, (a, b) -> logits[b] > logits[a] ? b : a);
        try (LlamaModel model = load(synthetic)) {
            forward(model, 1, 12);

            assertThat(model.likeliestToken()).isEqualTo(greatest);
        }
    }

    @Test
    void decodingATokenAllocatesNothingOnceItIsCompiled() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long deadline = System.nanoTime() + MAX_COMPILING.toNanos();
        try (LlamaModel model = load(new SyntheticModel(GROUPED, 5))) {
            long allocatedBytes;
            do {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < TOKENS; i++) {
                    model.forward(i % GROUPED.vocabSize(), i % GROUPED.positions());
                    model.likeliestToken();
                }
                allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
            } while (allocatedBytes >= TOKENS && System.nanoTime() < deadline);

            assertThat(allocatedBytes).as("bytes for %s tokens", TOKENS).isLessThan(TOKENS);
        }
    }

    private void assertLogitsMatch(SyntheticModel synthetic, int... tokens) throws IOException {
        ScalarLlama scalar = new ScalarLlama(synthetic);
        try (LlamaModel model = load(synthetic)) {
            for (int t = 0; t < tokens.length; t++) {
                model.forward(tokens[t], t);
                assertLogits(model, scalar.logits(IntStream.of(tokens).limit(t + 1L).toArray()));
            }
        }
    }

    private static void assertLogits(LlamaModel model, double[] expected) {
        float[] logits = model.logits().toFloatArray();
        assertThat(logits).hasSameSizeAs(expected);
        for (int i = 0; i < logits.length; i++) {
            assertThat((double) logits[i]).as("logit %s", i).isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    private static void forward(LlamaModel model, int... tokens) {
        for (int t = 0; t < tokens.length; t++) {
            model.forward(tokens[t], t);
        }
    }

    private LlamaModel load(SyntheticModel synthetic) throws IOException {
        Checkpoint checkpoint = Checkpoint.load(synthetic.write(folder.resolve("model.bin")));
        return new LlamaModel(checkpoint, runtime, runtime.device("cpu"));
    }
}
