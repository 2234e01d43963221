package dev.kernelwright.samples.customop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.TuningEngine;
import dev.kernelwright.tuning.llm.SessionReplay;
import dev.kernelwright.tuning.llm.SessionReplay.Comparison;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A session in which a model wrote kernels for this op, which no backend has ever heard of, judged again. */
class RecordedSessionTest {
    @TempDir
    private Path cache;

    @Test
    void theKernelsThatWereWrittenForTheOpHaveTheSameVerdictsToday() throws Exception {
        SessionReplay replay = SessionReplay.open(Path.of("src/test/sessions/cpu-residual_rms_norm.jsonl"));
        Workload workload =
                ResidualRmsNorm.DEFINITION.workload(DType.F32).axis("rows", 64).axis("cols", 4096).build();
        TuningBudget budget = new TuningBudget(Duration.ofMinutes(2), Math.max(1, replay.size()));
        try (DirectoryStore store = DirectoryStore.open(cache);
                TuningEngine tuner = TuningEngine.builder().generators(List.of(replay)).build();
                ComputeRuntime runtime =
                        ComputeRuntime.builder().devices("cpu").store(store).tuner(tuner).tuningBudget(budget)
                                .build();
                BoundOp op = runtime.bind(workload)) {
            assertThat(runtime.awaitIdle(Duration.ofMinutes(3))).as(op.workload() + " is tuned in time").isTrue();
        }
        assertThat(replay.outcomes()).hasSize(replay.size()).isNotEmpty().allMatch(
                outcome -> EnumSet.of(Comparison.SAME, Comparison.BY_TIME).contains(outcome.comparison()));
    }
}
