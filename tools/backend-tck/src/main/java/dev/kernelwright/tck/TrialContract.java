package dev.kernelwright.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelTemplate;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tensor.DType;
import dev.kernelwright.tuning.KernelEvaluator;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The device in a trial worker: a right kernel is found right there, and one that fails costs the worker alone. */
public interface TrialContract extends ContractTopic {
    /** For every verdict but a time-out: far more than any takes, also on a busy machine. */
    Duration LIMIT = Duration.ofMinutes(2);
    /** For a kernel that never ends: enough for the start of a worker. */
    Duration SHORT_LIMIT = Duration.ofSeconds(3);

    @Test
    @Proves("M33")
    default void aRightKernelIsFoundRightInATrialWorker() throws IOException {
        try (KernelEvaluator evaluator = evaluator()) {
            assertRight(evaluator);
        }
    }

    /** In this order, since each failure is followed by a right kernel, for which there has to be a new worker. */
    @Test
    @Proves("M34")
    default void aKernelThatFailsOrNeverEndsCostsOneWorkerAndIsToldApart() throws IOException {
        try (KernelEvaluator evaluator = evaluator()) {
            Evaluation far = evaluate(evaluator, ContractKernel.WRITES_FAR, LIMIT);
            assertThat(far.reason()).as("%s", far).isIn(ReasonCode.CRASHED, ReasonCode.OUT_OF_BOUNDS);
            assertRight(evaluator);
            Evaluation endless = evaluate(evaluator, ContractKernel.ENDLESS, SHORT_LIMIT);
            assertThat(endless.reason()).as("%s", endless).isEqualTo(ReasonCode.TIMEOUT);
            assertRight(evaluator);
        }
    }

    private static Workload workload() {
        return ContractKernel.INCREMENT_OP.workload(DType.F32).axis("n", 65_537).build();
    }

    private KernelEvaluator evaluator() {
        return new KernelEvaluator(workload(), contract().backend(), BackendContract.THREADS, contract().rooflines());
    }

    private Evaluation evaluate(KernelEvaluator evaluator, ContractKernel kernel, Duration limit) throws IOException {
        KernelTemplate template = contract().template(kernel);
        return evaluator.evaluate(template.expand(template.defaultPoint(), workload().signature()), limit);
    }

    private void assertRight(KernelEvaluator evaluator) throws IOException {
        Evaluation evaluation = evaluate(evaluator, ContractKernel.INCREMENT, LIMIT);
        assertThat(evaluation.reason()).as("%s", evaluation).isIn(ReasonCode.ACCEPTED, ReasonCode.NOT_FASTER);
    }
}
