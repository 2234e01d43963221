package dev.kernelwright.tck.mock;

import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;

/** A time of the host's clock. */
final class MockEvent implements DeviceEvent {
    private boolean happened;
    private long nanos;

    @Override
    public void record(DeviceStream stream) {
        happened = true;
        nanos = Fault.HAS_A_STOPPED_CLOCK.isHere() ? 0 : System.nanoTime();
    }

    @Override
    public void synchronize() {
        // It has happened when it was recorded.
    }

    @Override
    public double nanosSince(DeviceEvent earlier) {
        if (!happened || !((MockEvent) earlier).happened) {
            throw new IllegalStateException(
                    "the time between two events was asked for, but one has not happened: wait");
        }
        return nanos - ((MockEvent) earlier).nanos;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
