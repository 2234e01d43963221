package dev.kernelwright.samples.quickstart;

import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.MatMul;
import dev.kernelwright.op.standard.RmsNorm;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tensor.DType;
import java.time.Duration;
import java.util.List;

/** What both starts of the program compute, and what tuning one of it may cost. */
final class Demo {
    static final TuningBudget BUDGET = new TuningBudget(Duration.ofSeconds(12), 32);

    private Demo() {
    }

    /** Two of the ops that a language model is made of. */
    static List<Workload> workloads() {
        return List.of(
                MatMul.DEFINITION.workload(DType.F32).axis("m", 256).axis("n", 512).axis("k", 512).build(),
                RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 256).axis("cols", 4096).build());
    }
}
