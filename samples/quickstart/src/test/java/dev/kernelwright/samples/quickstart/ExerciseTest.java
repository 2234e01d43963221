package dev.kernelwright.samples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.BoundOp;
import dev.kernelwright.ComputeRuntime;
import dev.kernelwright.MissPolicy;
import dev.kernelwright.cache.DirectoryStore;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.RmsNorm;
import dev.kernelwright.tensor.DType;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExerciseTest {
    @TempDir
    private Path cache;

    private static Workload norm(double eps) {
        return RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 4).axis("cols", 100).attribute("eps", eps).build();
    }

    @Test
    void tellsRightNumbersFromWrongOnes() throws IOException {
        try (DirectoryStore store = DirectoryStore.open(cache);
                ComputeRuntime runtime = ComputeRuntime.builder().store(store).missPolicy(MissPolicy.BASELINE_ONLY)
                        .build();
                BoundOp right = runtime.bind(norm(1e-5));
                BoundOp wrong = runtime.bind(norm(1e-3))) {
            Exercise exercise = new Exercise(norm(1e-5), 7);
            assertThat(exercise.count()).isEqualTo(400);
            assertThat(exercise.isRight(right)).isTrue();
            assertThat(exercise.isRight(wrong)).isFalse();
            assertThat(exercise.time(right)).isPositive();
        }
    }
}
