package dev.kernelwright.tuning.trial;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.Capability;
import dev.kernelwright.spi.DeviceEvent;
import dev.kernelwright.spi.DeviceStream;

/**
 * What the time is taken with of launches that are queued in one stream: the device's events where it has them, which leave
 * out what it takes the host to wait for the end; the host's clock elsewhere.
 */
interface LaunchClock {
    /** Notes the time before the launches that are queued next. */
    void start();

    /** Waits until all have ended, and returns how long they took in nanoseconds. */
    long stop();

    /** Returns whether it is the device's, which sees nothing of what the host does while the device is busy. */
    boolean isOfDevice();

    /** Returns the best clock there is; what it holds is given back with the device. */
    static LaunchClock of(Backend backend, DeviceStream stream) {
        return backend.capabilities().contains(Capability.EVENTS)
                ? new OfDevice(stream, backend.newEvent(), backend.newEvent())
                : new OfHost(stream);
    }

    /** The host's. */
    final class OfHost implements LaunchClock {
        private final DeviceStream stream;
        private long startNanos;

        OfHost(DeviceStream stream) {
            this.stream = stream;
        }

        @Override
        public void start() {
            startNanos = System.nanoTime();
        }

        @Override
        public long stop() {
            stream.synchronize();
            return System.nanoTime() - startNanos;
        }

        @Override
        public boolean isOfDevice() {
            return false;
        }
    }

    /** The device's. */
    record OfDevice(DeviceStream stream, DeviceEvent before, DeviceEvent after) implements LaunchClock {
        @Override
        public void start() {
            before.record(stream);
        }

        @Override
        public long stop() {
            after.record(stream);
            after.synchronize();
            return Math.round(after.nanosSince(before));
        }

        @Override
        public boolean isOfDevice() {
            return true;
        }
    }
}
