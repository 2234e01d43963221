package dev.kernelwright.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
    @Test
    void theCpuIsADeviceWithItsFacts() {
        CommandRun run = CommandRun.of("devices").endedWith(0);
        assertThat(run.out()).startsWith("cpu: ")
                .contains("    cores: " + Runtime.getRuntime().availableProcessors(), "    vector_bits: ");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void jsonHasNameModelAndFacts() {
        JsonNode cpu = CommandRun.of("devices", "--json").endedWith(0).json().get("devices").get(0);
        assertThat(cpu.get("name").textValue()).isEqualTo("cpu");
        assertThat(cpu.get("available").booleanValue()).isTrue();
        assertThat(cpu.get("model").textValue()).isNotBlank();
        assertThat(cpu.at("/facts/cores").textValue())
                .isEqualTo(Integer.toString(Runtime.getRuntime().availableProcessors()));
    }

    @Test
    void theFirstDeviceIsCalledTwoNames() {
        try (OpenBackend open = OpenBackend.open("cpu:0", 1)) {
            assertThat(open.backend().device().name()).isEqualTo("cpu");
        }
    }
}
