package dev.kernelwright.tck.mock;

import dev.kernelwright.spi.Backend;
import dev.kernelwright.spi.BackendProvider;
import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.DeviceDescription;
import dev.kernelwright.spi.Probe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Offers one device in plain Java, with the fault that this JVM is told of. */
public class MockBackendProvider implements BackendProvider {
    /** The property of a JVM that hides the device. */
    static final String HIDDEN = "mock.hidden";

    @Override
    public String name() {
        return "mock";
    }

    @Override
    public Probe probe() {
        if (!Boolean.getBoolean(HIDDEN)) {
            return new Probe.Available(List.of(describe()));
        }
        if (Fault.THROWS_WITHOUT_DEVICES.isHere()) {
            throw new IllegalStateException("there is no device");
        }
        if (Fault.LEAVES_A_THREAD.isHere()) {
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        return new Probe.Unavailable("the mock device is hidden", "leave out -D" + HIDDEN);
    }

    /** A trial worker has none of the properties of its parent. */
    private static DeviceDescription describe() {
        String model = Fault.IS_ANOTHER_DEVICE_IN_A_WORKER.isHere() ? "a mock outside of workers" : "a mock";
        return new DeviceDescription(Fault.NAMES_ITS_DEVICE_OTHERWISE.isHere() ? "device" : "mock", model, Map.of());
    }

    @Override
    public Backend open(int deviceIndex, BlockPool pool) {
        if (deviceIndex != 0 && !Fault.OPENS_WHAT_IS_NOT_THERE.isHere()) {
            throw new IllegalArgumentException(
                    "the device mock:" + deviceIndex + " was asked for, but there is one mock: use"
                            + " 'mock'");
        }
        return new MockBackend(describe());
    }
}
