package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class KernelTimerTest {
    private static final double LAUNCH_NANOS = 100_000;
    private static final long REQUEST_NANOS = 5_000_000;

    /** Takes as long as a request of so many launches does. */
    private static void launch(long count) {
        long end = System.nanoTime() + REQUEST_NANOS + (long) (count * LAUNCH_NANOS);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    @Test
    void aTimeThatIsTheParentsTooIsBelievedWhateverARequestCosts() {
        assertThatCode(() -> KernelTimer.checkClock(LAUNCH_NANOS, KernelTimerTest::launch)).doesNotThrowAnyException();
    }

    @Test
    void aTimeThatIsAFifthOfTheParentsIsNot() {
        assertThatThrownBy(() -> KernelTimer.checkClock(LAUNCH_NANOS / 5, KernelTimerTest::launch))
                .isInstanceOfSatisfying(KernelRejectedException.class,
                        e -> assertThat(e.reason())
                                .isEqualTo(ReasonCode.CLOCK_MISMATCH))
                .hasMessageContaining("by the trial worker's clock but");
    }
}
