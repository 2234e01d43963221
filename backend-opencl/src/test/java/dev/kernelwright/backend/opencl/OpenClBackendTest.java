package dev.kernelwright.backend.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kernelwright.spi.Probe;
import org.junit.jupiter.api.Test;

/** What is told of devices beyond the contract. */
class OpenClBackendTest {
    @Test
    void aDeviceIsDescribedByItsPlatformDriverAndLocalMemory() {
        OpenedDevice.open().close(); // or skip
        assertThat(((Probe.Available) new OpenClBackendProvider().probe()).devices().getFirst().facts())
                .containsKeys("platform", "driver", "local memory");
    }
}
