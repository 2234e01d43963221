package dev.kernelwright.tuning.trial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.DeviceStream;
import dev.kernelwright.spi.HostStream;
import dev.kernelwright.spi.LaunchArguments;
import dev.kernelwright.spi.LoadedKernel;
import dev.kernelwright.tuning.fake.TestOps;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class StopwatchTest {
    private static final int SAMPLES = 5;
    /** One at first, then four times as many, up to as many as last for a window, of which three are no better. */
    private static final int WARM_UP_LAUNCHES = 1 + 4 + 16 + 64 + 3 * 100;

    /** Launches that take as long as a clock is told that they do. */
    private static final class TimedKernel implements LoadedKernel, LaunchClock {
        private final boolean ofDevice;
        private final long launchNanos;
        private final long pauseNanos;
        private long launches;
        private long counted;

        TimedKernel(boolean ofDevice, long launchNanos, long pauseNanos) {
            this.ofDevice = ofDevice;
            this.launchNanos = launchNanos;
            this.pauseNanos = pauseNanos;
        }

        long launchesOfTiming() throws KernelFailedException {
            LaunchArguments[] turns = {new LaunchArguments(0, 0)};
            try (DeviceStream stream = new HostStream()) {
                BufferLayout layout =
                        BufferLayout.of(TestOps.fixed().signature(), TestOps.fixed().signature().maxAxes(), 0,
                                () -> 0);
                new Stopwatch(new TimingRequest(0, TimingRequest.NONE, new long[0], layout, 1, 0, 0, 1, SAMPLES,
                        TimeUnit.SECONDS.toNanos(60))).time(new Launches(0, this, stream, this, 1, turns, false), null);
            }
            return launches;
        }

        @Override
        public void launch(DeviceStream stream, LaunchArguments arguments) {
            launches++;
            LockSupport.parkNanos(pauseNanos);
        }

        @Override
        public long workspaceBytes(long[] axes) {
            return 0;
        }

        @Override
        public void start() {
            counted = launches;
        }

        @Override
        public long stop() {
            return (launches - counted) * launchNanos;
        }

        @Override
        public boolean isOfDevice() {
            return ofDevice;
        }

        @Override
        public void close() {}
    }

    @Test
    void aDeviceThatIsBusyForLongerThanItTakesToQueueALaunchNeedsNoLongWarmUp() throws KernelFailedException {
        TimedKernel kernel = new TimedKernel(true, 200_000, 1_000_000);
        assertThat(kernel.launchesOfTiming()).isEqualTo(WARM_UP_LAUNCHES + SAMPLES);
    }

    @Test
    void byTheHostsClockAKernelMayStillBeInterpretedUntilItWasLaunchedOften() throws KernelFailedException {
        assertThat(new TimedKernel(false, 200_000, 0).launchesOfTiming()).isGreaterThan(5_000);
    }

    @Test
    void andSoMayWhatQueuesShortLaunches() throws KernelFailedException {
        assertThat(new TimedKernel(true, 90_000, 0).launchesOfTiming()).isGreaterThan(5_000);
    }
}
