package dev.kernelwright.tuning.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kernelwright.spi.KernelRejectedException;
import dev.kernelwright.spi.ReasonCode;
import java.util.function.LongUnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class KernelTimerTest {
    private static final double LAUNCH_NANOS = 100_000;
    private static final long REQUEST_NANOS = 5_000_000;

    /** What the scheduler of a machine with a dozen busy processes gives the worker, before it serves the others. */
    private static final long SLICE_NANOS = 2_000_000;
    private static final long TURN_NANOS = 36_000_000;
    private static final long QUICK_REQUEST_NANOS = 50_000;

    private long nowNanos;
    private long requests;

    /** Checks a claim against launches that take their time on this test's own clock. */
    private ThrowingCallable check(double claimedNanos, LongUnaryOperator disturbanceNanos) {
        return () -> KernelTimer.checkClock(claimedNanos, count -> nowNanos +=
                REQUEST_NANOS + (long) (count * LAUNCH_NANOS) + disturbanceNanos.applyAsLong(requests++),
                () -> nowNanos);
    }

    @Test
    void aTimeThatIsTheParentsTooIsBelievedWhateverARequestCosts() {
        assertThatCode(check(LAUNCH_NANOS, request -> 0)).doesNotThrowAnyException();
    }

    @Test
    void aTimeIsBelievedOnAMachineThatIsBusyMostOfTheTime() {
        assertThatCode(check(LAUNCH_NANOS, request -> request % 7 == 6 ? 0 : 50_000_000)).doesNotThrowAnyException();
    }

    /** Checks a claim against launches that are stopped at the end of each time slice. */
    private ThrowingCallable checkInSlices(double claimedNanos, long startNanos) {
        return () -> {
            nowNanos = startNanos;
            KernelTimer.checkClock(claimedNanos,
                    count -> workInSlices(QUICK_REQUEST_NANOS + (long) (count * LAUNCH_NANOS)), () -> nowNanos);
        };
    }

    private void workInSlices(long nanos) {
        for (long left = nanos; left > 0;) {
            long inSlice = Math.max(0, SLICE_NANOS - nowNanos % TURN_NANOS);
            long worked = Math.min(left, inSlice);
            left -= worked;
            nowNanos += worked;
            if (left > 0) {
                nowNanos += TURN_NANOS - nowNanos % TURN_NANOS;
            }
        }
    }

    @Test
    void aWorkerThatIsNeverLeftAloneForLongIsBelievedAndALiarIsNot() {
        for (long start = 0; start < TURN_NANOS; start += 100_000) {
            assertThatCode(checkInSlices(LAUNCH_NANOS, start)).as("from %s ns of a turn on", start)
                    .doesNotThrowAnyException();
            assertThatThrownBy(checkInSlices(LAUNCH_NANOS / 5, start)).as("from %s ns of a turn on", start)
                    .hasMessageContaining("leave the clock and other threads alone");
        }
    }

    @Test
    void aTimeThatIsAFifthOfTheParentsIsNot() {
        assertThatThrownBy(check(LAUNCH_NANOS / 5, request -> 0))
                .isInstanceOfSatisfying(KernelRejectedException.class,
                        e -> assertThat(e.reason()).isEqualTo(ReasonCode.CLOCK_MISMATCH))
                .hasMessage("a launch takes 20000 ns by the trial worker's clock but at least 100000 ns by the clock"
                        + " outside it: leave the clock and other threads alone");
    }
}
