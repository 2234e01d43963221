package dev.kernelwright.samples.quickstart;

import dev.kernelwright.BoundOp;
import dev.kernelwright.op.Workload;
import dev.kernelwright.op.standard.MatMul;
import dev.kernelwright.op.standard.RmsNorm;
import dev.kernelwright.spi.TuningBudget;
import dev.kernelwright.tensor.DType;
import java.time.Duration;
import java.util.List;

/** What both starts of the program compute, and what tuning one of it may cost. */
final class Demo {
    /** On a machine that is not busy the candidates are the limit: about ten seconds. */
    static final TuningBudget BUDGET = new TuningBudget(Duration.ofSeconds(25), 20);

    private Demo() {}

    /** Returns two of the ops that a language model is made of, with inputs. */
    static List<Exercise> exercises(long seed) {
        return workloads().stream().map(workload -> new Exercise(workload, seed)).toList();
    }

    private static List<Workload> workloads() {
        return List.of(
                MatMul.DEFINITION.workload(DType.F32).axis("m", 64).axis("n", 512).axis("k", 512).build(),
                RmsNorm.DEFINITION.workload(DType.F32).axis("rows", 32).axis("cols", 4096).build());
    }

    /** Returns who answers the calls of an op, for people. */
    static String answerer(BoundOp op) {
        return op.isTuned() ? "the tuned kernel" : "the baseline";
    }

    /** Returns whether numbers are right, for people. */
    static String rightness(boolean right) {
        return right ? "right" : "WRONG";
    }
}
