package dev.kernelwright.tuning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.op.KernelSignature;
import dev.kernelwright.spi.Evaluation;
import dev.kernelwright.spi.KernelSource;
import dev.kernelwright.spi.ReasonCode;
import dev.kernelwright.tuning.fake.Behaviour;
import dev.kernelwright.tuning.fake.FakeBackend;
import dev.kernelwright.tuning.fake.FakeBackendProvider;
import dev.kernelwright.tuning.fake.TestOps;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConfirmationDeadlineTest {
    private static Duration allowed(Duration judged) throws Exception {
        KernelSignature signature = TestOps.fixed().signature();
        KernelSource source = FakeBackend.source(Behaviour.CORRECT);
        Tally.Contender contender = new Tally.Contender(1, "template", source,
                FakeBackendProvider.open(FakeBackendProvider.ORDINARY).compile(source, signature),
                Evaluation.rejected(ReasonCode.NOT_FASTER, "without times"), judged.toNanos());
        return Duration.ofNanos(TuningJob.confirmationDeadline(contender).remainingNanos());
    }

    /** A product with a gigabyte of weights, of which a search's verdict takes 20 s, was given 30 s for all its checks. */
    @Test
    void whatTookLongToJudgeMayTakeLongerToConfirm() throws Exception {
        assertThat(allowed(Duration.ZERO)).isLessThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(allowed(Duration.ofSeconds(20))).isBetween(Duration.ofSeconds(100), Duration.ofSeconds(130));
    }
}
