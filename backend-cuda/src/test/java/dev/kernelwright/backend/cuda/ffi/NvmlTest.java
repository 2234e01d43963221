package dev.kernelwright.backend.cuda.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bindings of NVML: against {@code nvml.h} where a toolkit has it, and against a library in its place. */
class NvmlTest {
    private static final UUID KNOWN = UUID.fromString("00010203-0405-0607-0809-0a0b0c0d0e0f");

    @TempDir
    private Path folder;

    private Nvml compile(String... defines) throws IOException, InterruptedException {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "the fake NVML is a library for Linux");
        Path source = folder.resolve("fake-nvml.c");
        try (InputStream resource = NvmlTest.class.getResourceAsStream("fake-nvml.c")) {
            Files.write(source, resource.readAllBytes());
        }
        Path library = folder.resolve("libfake-nvml" + defines.length + ".so");
        List<String> arguments = new ArrayList<>(List.of("-shared", "-fPIC", "-o", library.toString(),
                source.toString()));
        arguments.addAll(List.of(defines));
        CCompiler.compile(arguments);
        Loaded<Nvml> loaded = Nvml.load(List.of("/nowhere/libnvidia-ml.so.1", library.toString()));
        assertThat(loaded).isInstanceOf(Loaded.Found.class);
        return ((Loaded.Found<Nvml>) loaded).library();
    }

    @Test
    void theStateOfAGpuIsToldWithItsUnits() throws IOException, InterruptedException {
        assertThat(compile().conditions(KNOWN)).containsExactly(Map.entry("sm_clock_mhz", "1755"),
                Map.entry("sm_clock_limit_mhz", "1980"), Map.entry("memory_clock_mhz", "3201"),
                Map.entry("power_w", "412"), Map.entry("temperature_c", "54"),
                Map.entry("clocks_event_reasons_mask", "0x0000000100000004"));
    }

    @Test
    void whatAnOlderNvmlDoesNotTellIsLeftOut() throws IOException, InterruptedException {
        assertThat(compile("-DOLD").conditions(KNOWN)).containsOnlyKeys("sm_clock_mhz", "sm_clock_limit_mhz",
                "memory_clock_mhz", "temperature_c");
    }

    @Test
    void ofAGpuThatItDoesNotKnowNothingIsTold() throws IOException, InterruptedException {
        assertThat(compile().conditions(new UUID(1, 2))).isEmpty();
    }

    @Test
    void whereThereIsNoneItIsMissingWithReasonAndCure() {
        assertThat(Nvml.load(List.of("libnvidia-ml-that-is-nowhere.so.1"))).isEqualTo(new Loaded.Missing<>(
                "NVML was looked for as libnvidia-ml-that-is-nowhere.so.1 and not found",
                "install NVIDIA's driver; in a container, give it the capability 'utility'"));
    }

    @Test
    void everyFunctionAndConstantIsThatOfTheHeader() throws IOException, IllegalAccessException {
        CHeader header = CHeader.read("nvml.h");
        assertThat(Arrays.stream(NvmlFunction.values())
                .flatMap(f -> HeaderComparison.differences(f.symbol(), f.descriptor(), header).stream())).isEmpty();
        assertThat(HeaderComparison.differences(NvmlConstants.class, false, header)).isEmpty();
    }
}
