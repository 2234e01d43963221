package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.op.Workload;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import dev.kernelwright.tuning.trial.Deadline;
import dev.kernelwright.tuning.trial.TrialWorker;
import dev.kernelwright.tuning.trial.TrialWorkers;
import dev.kernelwright.tuning.trial.WorkerLimits;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KernelVerifierTest {
    private static KernelVerifier.Findings verify(Behaviour behaviour, boolean searching)
            throws KernelRejectedException, IOException {
        Workload workload = TestOps.fixed();
        FakeBackend backend = FakeBackendProvider.open(FakeBackendProvider.ORDINARY);
        Deadline deadline = Deadline.after(Duration.ofSeconds(40));
        try (BlockPool pool = new BlockPool(1);
                HostMemory memory = new HostMemory();
                TrialWorker worker = TrialWorkers.start(WorkerLimits.DEFAULT, backend, 1,
                        KernelTimer.memoryBytes(workload), deadline)) {
            KernelVerifier.Reload load = () -> worker.load(workload.signature(),
                    backend.compile(FakeBackend.source(behaviour), workload.signature()), deadline);
            return new KernelVerifier(workload, pool, memory, Safeguard.all()).verify(worker, load.load(), load,
                    Double.NaN, searching, deadline);
        }
    }

    /** One that differs in every fifth launch gives the same bits four times in a row, and is forgiven it later on. */
    @Test
    void fiveLaunchesInARowMustAgreeInAFullVerification() throws Exception {
        assertThatThrownBy(() -> verify(Behaviour.RANDOM_NOW_AND_THEN, false))
                .isInstanceOfSatisfying(KernelRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.NON_DETERMINISTIC));
        assertThat(verify(Behaviour.RANDOM_NOW_AND_THEN, true).stages()).startsWith("normal data", "small integers");
    }

    @Test
    void aKernelThatNeedsAlignedBuffersIsToldThatSlicesAreNotInASearchToo() throws Exception {
        for (boolean searching : new boolean[]{true, false}) {
            assertThatThrownBy(() -> verify(Behaviour.NEEDS_ALIGNMENT, searching))
                    .isInstanceOfSatisfying(KernelRejectedException.class,
                            e -> assertThat(e.reason()).isEqualTo(ReasonCode.CRASHED))
                    .hasMessageContainingAll("slices of tensors", "look at an address", "misaligned address");
            assertThat(verify(Behaviour.CORRECT, searching).stages())
                    .anyMatch(stage -> stage.startsWith("on normal data") && stage.contains("slices"));
        }
    }

    @Test
    void whatIsForgivenWhileAKernelIsCompiledIsInTheSpread() throws Exception {
        assertThat(verify(Behaviour.CORRECT_AFTER_SETTLING, false).spread()).isPositive();
        assertThat(verify(Behaviour.CORRECT, false).spread()).isZero();
    }
}
