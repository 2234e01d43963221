package dev.kernelwright.backend.opencl;

import static org.junit.jupiter.api.Assumptions.abort;

import dev.kernelwright.spi.BlockPool;
import dev.kernelwright.spi.Probe;

/** The first device that the backend offers here. */
final class OpenedDevice {
    private OpenedDevice() {}

    /** Opens the device, or skips the tests with the reason why there is none. */
    static OpenClBackend open() {
        OpenClBackendProvider provider = new OpenClBackendProvider();
        if (provider.probe() instanceof Probe.Unavailable(String reason, String cure)) {
            return abort(reason + ": " + cure);
        }
        try (BlockPool unused = new BlockPool(1)) {
            return (OpenClBackend) provider.open(0, unused);
        }
    }
}
