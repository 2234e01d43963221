package dev.kernelwright.samples.customop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.RuntimeEvent;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelStore;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application's own op goes the way of one of the catalogue's: miss, reference, tuning, swap, hit. */
class CustomOpTest {
    private static final int ROWS = 16;
    /** No multiple of a vector, so that the template's tail is tried too. */
    private static final int COLS = 1021;
    private static final Workload WORKLOAD = ResidualRmsNorm.DEFINITION.workload(DType.F32).axis("rows", ROWS)
            .axis("cols", COLS).build();
    /** Two candidates, and time enough for them on a busy machine. */
    private static final TuningBudget BUDGET = new TuningBudget(Duration.ofSeconds(60), 2);
    private static final Duration MAX_WAIT = Duration.ofMinutes(2);
    /** An order of magnitude above the rounding errors of a row of {@value #COLS}, and far below any mistake. */
    private static final double TOLERANCE = 5e-6;

    @TempDir
    Path cache;

    private KernelStore store;
    private final Queue<RuntimeEvent> events = new ConcurrentLinkedQueue<>();
    private final Tensor[] arguments = {CustomOpMain.random(1, ROWS, COLS), CustomOpMain.random(2, ROWS, COLS),
            CustomOpMain.random(3, COLS), Tensor.allocate(DType.F32, ROWS, COLS),
            Tensor.allocate(DType.F32, ROWS, COLS)};

    @BeforeEach
    void openStore() throws IOException {
        store = DirectoryStore.open(cache);
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void theReferenceAnswersUntilATunedKernelIsSwappedInAndASecondRuntimeFindsIt() throws InterruptedException {
        // Swaps happen in the background, which is this thread here, so that there is a certain before and after.
        BlockingQueue<Runnable> background = new LinkedBlockingQueue<>();
        try (ComputeRuntime runtime = open(ResidualRmsNorm.cpuTemplate(), background::add);
                BoundOp op = runtime.bind(WORKLOAD)) {
            assertThat(op.isTuned()).isFalse();
            assertThat(errorOf(op)).isLessThan(TOLERANCE);
            assertThat(runtime.statistics().misses()).isEqualTo(1);

            background.poll(MAX_WAIT.toSeconds(), TimeUnit.SECONDS).run();

            assertThat(verdicts()).extracting(Evaluation::reason).contains(ReasonCode.ACCEPTED);
            assertThat(op.isTuned()).isTrue();
            assertThat(errorOf(op)).isLessThan(TOLERANCE);
        }
        try (ComputeRuntime runtime = open(ResidualRmsNorm.cpuTemplate(), Runnable::run);
                BoundOp op = runtime.bind(WORKLOAD)) {
            assertThat(runtime.statistics().hits()).isEqualTo(1);
            assertThat(runtime.statistics().misses()).isZero();
            assertThat(op.isTuned()).isTrue();
            assertThat(errorOf(op)).isLessThan(TOLERANCE);
        }
    }

    @Test
    void aTemplateThatComputesSomethingElseIsRejectedAndTheReferenceGoesOnAnswering() throws InterruptedException {
        KernelTemplate right = ResidualRmsNorm.cpuTemplate();
        String wrong = right.text().replace("squares / cols + EPS", "squares / (cols + 1) + EPS");
        assertThat(wrong).isNotEqualTo(right.text());
        try (ComputeRuntime runtime = open(KernelTemplate.parse(right.language(), wrong), Runnable::run);
                BoundOp op = runtime.bind(WORKLOAD)) {
            assertThat(runtime.awaitIdle(MAX_WAIT)).isTrue();

            assertThat(verdicts()).isNotEmpty().extracting(Evaluation::reason).containsOnly(ReasonCode.WRONG_NUMERICS);
            assertThat(runtime.statistics().tuned()).isEqualTo(1);
            assertThat(op.isTuned()).isFalse();
            assertThat(errorOf(op)).isLessThan(TOLERANCE);
        }
    }

    private ComputeRuntime open(KernelTemplate template, Executor background) {
        return ComputeRuntime.builder().devices("cpu").store(store).executor(background).tuningBudget(BUDGET)
                .template(ResidualRmsNorm.DEFINITION, template).listener(events::add).build();
    }

    private List<Evaluation> verdicts() {
        return events.stream().filter(RuntimeEvent.Candidate.class::isInstance).map(RuntimeEvent.Candidate.class::cast)
                .map(RuntimeEvent.Candidate::evaluation).toList();
    }

    private double errorOf(BoundOp op) {
        arguments[3].segment().fill((byte) 0);
        arguments[4].segment().fill((byte) 0);
        op.invoke(arguments);
        return CustomOpMain.largestError(arguments);
    }
}
